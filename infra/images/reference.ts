import { createHash } from "node:crypto";

/** Which image: of the folder `name` below apps, from a registry or from nowhere but this machine. */
export type ImageReferenceArgs = {
  readonly name: string;
  /** Host, port and path, as `registry.example.com/team`; absent where images are loaded. */
  readonly registry?: string | undefined;
} & ({ readonly tag: string } | { readonly contentHash: string });

/**
 * The reference of an image, as `registry.example.com/team/todo-backend:3f9c…`. Without a registry
 * it is one that nothing can be pulled from: a bare name would mean Docker Hub.
 * @throws Error when registry or tag is not of that form
 */
export function imageReference(args: ImageReferenceArgs): string {
  const { name, registry = "localhost" } = args;
  const tag = "tag" in args ? args.tag : tagOf(args.contentHash);
  if (!registryPattern.test(registry)) {
    throw new Error(`image registry ${JSON.stringify(registry)}: write it as host[:port][/path]`);
  }
  if (!tagPattern.test(tag)) throw new Error(`image tag ${JSON.stringify(tag)} is not a tag`);
  return `${registry}/${repositoryOf(name)}:${tag}`;
}

/** The last part of an image's name, without registry and tag. */
export const repositoryOf = (name: string): string => `todo-${name}`;

/** The tag of an image with this content: short, and of no other content in practice. */
export const tagOf = (contentHash: string): string => contentHash.slice(0, 16);

/** A hash of files by name, whatever their order. */
export function hashOfFiles(files: ReadonlyMap<string, Uint8Array>): string {
  const hash = createHash("sha256");
  for (const name of [...files.keys()].sort()) {
    const content = files.get(name) ?? new Uint8Array();
    hash.update(`${name}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex");
}

const registryPattern = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d+)?(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*$/i;
const tagPattern = /^\w[\w.-]{0,127}$/;
