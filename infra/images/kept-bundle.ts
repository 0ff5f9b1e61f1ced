import { randomBytes } from "node:crypto";
import {
  globSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { makeFolder, sweep, withTemporaryFolder } from "#toolchain/cache.ts";
import { cacheRoot } from "#toolchain/cache-root.ts";
import { hasPage, pageSources } from "../page/build-page.ts";
import { bundle, type ImageFiles, migrationsOf, writeBelow } from "./bundle.ts";
import { hashOfFiles } from "./reference.ts";
import {
  attempt,
  type BundleInputs,
  hasChanged,
  inputsOf,
  isSame,
  type Sight,
  shortHash,
} from "./sight.ts";

/** What lies beside the files of a bundle. */
type Entry = {
  readonly recipe: string;
  readonly inputs: BundleInputs;
  /** `hashOfFiles` of the bundle. */
  readonly hash: string;
};

/** Bundles kept at once, of all services and clones of a user; each is about 8 MB. */
export const mostKept = 32;

/**
 * The hash of a bundle's files. Bundling takes a second and a half of processor time, so a bundle is
 * kept in the user's cache, and nothing is bundled while all that it was made of is as it was.
 */
export async function hashOfBundle(
  sight: Sight,
  name: string,
  cache = cacheRoot(),
): Promise<string> {
  const found = find(sight, name, cache);
  return found ? found.hash : hashOfFiles(await make(sight, name, cache));
}

/** The files of a bundle: those that are kept, where they are whole. */
export async function filesOfBundle(
  sight: Sight,
  name: string,
  cache = cacheRoot(),
): Promise<ImageFiles> {
  const found = find(sight, name, cache);
  const files = found && attempt(() => filesIn(join(found.folder, filesFolder)));
  if (files && hashOfFiles(files) === found?.hash) return files;
  if (found) attempt(() => rmSync(found.folder, { recursive: true, force: true }));
  return make(sight, name, cache);
}

const shelfOf = (cache: string): string => join(cache, "bundles");
const entryFile = "bundle.json";
const filesFolder = "app";

function find(sight: Sight, name: string, cache: string) {
  const recipe = recipeOf(sight, name);
  for (const folder of entries(cache).filter((one) => one.name.startsWith(`${name}@`))) {
    const file = join(folder.path, entryFile);
    const entry = attempt((): Entry => JSON.parse(readFileSync(file, "utf8")));
    if (entry?.recipe !== recipe || !isSame(sight, entry.inputs)) continue;
    attempt(() => utimesSync(folder.path, new Date(), new Date()));
    return { folder: folder.path, hash: entry.hash };
  }
  return undefined;
}

async function make(sight: Sight, name: string, cache: string): Promise<ImageFiles> {
  const recipe = recipeOf(sight, name);
  const { files, read } = await bundle(sight.clone, name);
  try {
    const inputs = inputsOf(sight, read);
    if (hasChanged(sight, inputs) || recipeOf(sight, name) !== recipe) return files;
    await keep({ recipe, inputs, hash: hashOfFiles(files) }, files, name, cache);
  } catch {
    // A cache that cannot be written, or a full disk, costs the next run its time and this one nothing.
  }
  return files;
}

/** Written beside and then renamed: whole or not there, whoever is killed meanwhile. */
async function keep(entry: Entry, files: ImageFiles, name: string, cache: string): Promise<void> {
  sweep(cache);
  makeFolder(shelfOf(cache));
  const label = `bundle-${randomBytes(4).toString("hex")}`;
  await withTemporaryFolder(cache, label, async (folder) => {
    writeBelow(join(folder, filesFolder), files);
    const text = JSON.stringify(entry);
    writeFileSync(join(folder, entryFile), text);
    const place = join(shelfOf(cache), `${name}@${shortHash(text)}`);
    // Of two who made the same the first stays, unless it was damaged since.
    if (attempt(() => readFileSync(join(place, entryFile), "utf8")) === text) return;
    rmSync(place, { recursive: true, force: true });
    renameSync(folder, place);
  });
  for (const { path } of entries(cache).slice(mostKept)) {
    rmSync(path, { recursive: true, force: true });
  }
}

/** All that is kept, what was used last first. */
function entries(cache: string): { readonly name: string; readonly path: string }[] {
  const shelf = shelfOf(cache);
  const names = attempt(() => readdirSync(shelf)) ?? [];
  return names
    .map((name) => ({ name, path: join(shelf, name) }))
    .map((one) => ({ ...one, usedMs: attempt(() => statSync(one.path).mtimeMs) ?? 0 }))
    .sort((one, other) => other.usedMs - one.usedMs);
}

const filesIn = (folder: string): ImageFiles =>
  new Map(
    globSync("**/*", { cwd: folder, withFileTypes: true })
      .filter((one) => one.isFile())
      .map((one) => join(one.parentPath, one.name))
      .sort()
      .map((path) => [path.slice(folder.length + 1), readFileSync(path)]),
  );

/** How a bundle is made and by what, and what goes into it past esbuild: known before it is made. */
function recipeOf(sight: Sight, name: string): string {
  const { clone } = sight;
  const own = globSync("*.ts", { cwd: import.meta.dirname, exclude: ["*.test.ts"] }).sort();
  return shortHash(
    JSON.stringify([
      [name, process.versions.node, esbuildVersion()],
      own.map((file) => shortHash(readFileSync(join(import.meta.dirname, file)))),
      sight.file(join("node_modules", ".package-lock.json")),
      hashOfFiles(migrationsOf(clone, name)),
      hasPage(clone, name) && pageSources(clone, name),
    ]),
  );
}

/** Read, not asked: esbuild is large, and not needed where nothing is bundled. */
const esbuildVersion = (): string => createRequire(import.meta.url)("esbuild/package.json").version;
