import { type Base, readDockerfile } from "./base.ts";
import type { ImageFiles } from "./bundle.ts";
import { filesOfBundle, hashOfBundle } from "./kept-bundle.ts";
import { hashOfFiles, tagOf } from "./reference.ts";
import type { Sight } from "./sight.ts";

/** All that goes into one image, and the tag that follows from it. */
export type ImageContent = {
  readonly name: string;
  readonly files: ImageFiles;
  readonly dockerfile: string;
  readonly base: Base;
  readonly tag: string;
};

/** Everything that goes into the image of `apps/<name>`; builds none. */
export async function contentOf(
  sight: Sight,
  name: string,
  base: Base,
  cache?: string,
): Promise<ImageContent> {
  const dockerfile = readDockerfile(sight.clone);
  const files = await filesOfBundle(sight, name, cache);
  return {
    name,
    files,
    dockerfile,
    base,
    tag: imageTag(name, hashOfFiles(files), dockerfile, base),
  };
}

/** The tag alone, for which an unchanged bundle is not even read. */
export async function tagOfContent(
  sight: Sight,
  name: string,
  base: Base,
  cache?: string,
): Promise<string> {
  const hash = await hashOfBundle(sight, name, cache);
  return imageTag(name, hash, readDockerfile(sight.clone), base);
}

function imageTag(name: string, bundleHash: string, dockerfile: string, base: Base): string {
  const parts = { Dockerfile: dockerfile, app: bundleHash, base: base.reference, name };
  const texts = Object.entries(parts).map(([part, text]) => [part, Buffer.from(text)] as const);
  return tagOf(hashOfFiles(new Map(texts)));
}
