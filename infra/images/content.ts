import { type Base, readDockerfile } from "./base.ts";
import { bundle, type ImageFiles } from "./bundle.ts";
import { hashOfFiles, tagOf } from "./reference.ts";

/** All that goes into one image, and the tag that follows from it. */
export type ImageContent = {
  readonly name: string;
  readonly files: ImageFiles;
  readonly dockerfile: string;
  readonly base: Base;
  readonly tag: string;
};

/** Bundles what is below `apps/<name>`; takes about a second and builds no image. */
export async function contentOf(clone: string, name: string, base: Base): Promise<ImageContent> {
  const dockerfile = readDockerfile(clone);
  const files = await bundle(clone, name);
  const recipe = new Map([
    ["Dockerfile", Buffer.from(dockerfile)],
    ["base", Buffer.from(base.reference)],
    ["name", Buffer.from(name)],
  ]);
  const placed = [...files].map(([path, content]) => [`app/${path}`, content] as const);
  return {
    name,
    files,
    dockerfile,
    base,
    tag: tagOf(hashOfFiles(new Map([...recipe, ...placed]))),
  };
}
