import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Base } from "./base.ts";
import { type Builder, runCommand } from "./builder.ts";
import type { ImageFiles } from "./bundle.ts";
import type { ImageContent } from "./content.ts";
import { imageReference, repositoryOf } from "./reference.ts";

/** Where a built image goes. */
export type Delivery =
  | { readonly kind: "push"; readonly registry: string }
  /** Into a file that `docker load`, `ctr images import` and `minikube image load` take. */
  | { readonly kind: "archive"; readonly folder: string }
  /** To a command that gets the path of such a file as its last argument. */
  | { readonly kind: "load"; readonly command: readonly string[] };

/** Builds images in a folder of the clone: contexts, and buildah's storage with the bases. */
export type Workshop = { readonly folder: string; readonly builder: Builder };

/** The folder of the clone, which git ignores, that images are built in. */
export const workshopFolderOf = (clone: string): string => join(clone, ".local", "images");

/** Where buildah keeps its images. */
export const storageOf = (folder: string): string => join(folder, "storage");

/** What an image is called where it is delivered. */
export const referenceOf = ({ name, tag }: ImageContent, delivery: Delivery): string =>
  imageReference({ name, tag, registry: delivery.kind === "push" ? delivery.registry : undefined });

/** Builds one image, hands it over and keeps nothing of it but its base. Says where it went. */
export async function buildImage(
  { folder, builder }: Workshop,
  content: ImageContent,
  delivery: Delivery,
): Promise<string> {
  const { name, tag, base } = content;
  await ensureBase({ folder, builder }, base);
  const reference = referenceOf(content, delivery);
  const args = { BASE: base.reference, NAME: repositoryOf(name), VERSION: tag };
  await withContext(folder, content.dockerfile, content.files, (paths) =>
    builder.build({ ...paths, reference, args }),
  );
  try {
    return await deliver({ folder, builder }, reference, delivery);
  } finally {
    await builder.remove(reference);
  }
}

/** Makes a base of this machine unless it is there; any other is pulled by the build. */
export async function ensureBase({ folder, builder }: Workshop, base: Base): Promise<void> {
  const { reference, files } = base;
  if (!files || builder.has(reference)) return;
  await withContext(folder, "FROM scratch\nCOPY . /\n", files, (paths) =>
    builder.build({ ...paths, reference, args: {} }),
  );
}

async function deliver(workshop: Workshop, reference: string, delivery: Delivery): Promise<string> {
  const { folder, builder } = workshop;
  const fileName = `${reference.split("/").at(-1)?.replace(":", "-")}.tar`;
  switch (delivery.kind) {
    case "push":
      await builder.push(reference);
      return reference;
    case "archive": {
      const file = join(delivery.folder, fileName);
      mkdirSync(delivery.folder, { recursive: true });
      await builder.archive(reference, file);
      return file;
    }
    case "load": {
      const temporary = mkdtempSync(join(folder, "load-"));
      try {
        const file = join(temporary, fileName);
        await builder.archive(reference, file);
        await runCommand([...delivery.command, file]);
        return reference;
      } finally {
        rmSync(temporary, { recursive: true });
      }
    }
  }
}

/** Writes the context of a build for as long as the work takes. */
async function withContext(
  folder: string,
  recipe: string,
  files: ImageFiles,
  work: (paths: { dockerfile: string; context: string }) => Promise<void>,
): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const temporary = mkdtempSync(join(folder, "build-"));
  try {
    const dockerfile = join(temporary, "Dockerfile");
    const context = join(temporary, "context");
    writeFileSync(dockerfile, recipe);
    for (const [path, content] of files) writeReadable(context, path, content);
    await work({ dockerfile, context });
  } finally {
    rmSync(temporary, { recursive: true });
  }
}

/** Modes go into the image and must not depend on the umask: a private file could not be read. */
function writeReadable(root: string, path: string, content: Uint8Array): void {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  chmodSync(file, /(^|\/)bin\/|\.so(\.|$)/.test(path) ? 0o755 : 0o644);
  for (let above = dirname(file); above.length >= root.length; above = dirname(above)) {
    chmodSync(above, 0o755);
  }
}
