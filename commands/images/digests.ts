import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { type Document, parseDocument } from "yaml";
import { type Image, images } from "#components/images.ts";
import { ImageError } from "#infra/images/builder.ts";
import { digestOf, type ImageVersion } from "#infra/images/registry.ts";

const key = ["config", "todo-evolution:thirdPartyImages"];

/**
 * Asks for the digest of every image of others and writes it into the file of a stack, where its
 * program takes it from; what else is in the file stays as it is. An image that the stack takes from
 * elsewhere stays there, in its version; all others are those of the catalog. None is written unless
 * all are known.
 * @throws ImageError that names each image whose registry did not tell
 */
export async function pinDigests(
  file: string,
  say: (line: string) => void,
  ask: (image: ImageVersion) => Promise<string> = digestOf,
): Promise<void> {
  if (!existsSync(file)) throw new ImageError(`there is no such stack: ${file} does not exist`);
  const settings = parseDocument(readFileSync(file, "utf8"));
  const asked = Object.entries(wantedImages(settings)).map(async ([name, { repository, tag }]) => ({
    name,
    image: { repository, tag, digest: await ask({ repository, tag }) },
  }));
  const answers = await Promise.allSettled(asked);
  const silent = answers.flatMap((answer) =>
    answer.status === "rejected" ? [(answer.reason as Error).message] : [],
  );
  if (silent.length > 0) throw new ImageError(`${silent.join("\n")}\nNothing was written.`);
  for (const answer of answers) {
    if (answer.status === "rejected") continue;
    const { name, image } = answer.value;
    settings.setIn([...key, name], settings.createNode(image));
    say(`${name.padEnd(24)} ${image.repository}:${image.tag}@${image.digest}`);
  }
  writeFileSync(file, settings.toString({ lineWidth: 0 }));
}

/** Every image of others that a stack runs: of the catalog, or where its file says otherwise. */
function wantedImages(settings: Document): Record<string, Image> {
  const set = (settings.toJS()?.config?.[key[1] ?? ""] ?? {}) as Record<string, Image>;
  return Object.fromEntries(
    Object.entries<Image>(images).map(([name, ours]) => {
      const theirs = set[name];
      return [name, theirs && theirs.repository !== ours.repository ? theirs : ours];
    }),
  );
}
