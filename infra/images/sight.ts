import { createHash } from "node:crypto";
import { readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";

/** What a bundle was made of: a hash by path, paths from the clone's root. */
export type BundleInputs = {
  /** Content of what was read, and of what decides how an import is resolved. */
  readonly files: Readonly<Record<string, string>>;
  /** Names in each folder that was looked into: a file more may be what an import means from then on. */
  readonly folders: Readonly<Record<string, string>>;
};

/** Files and folders of a clone as they are now; looks at each once, for all bundles of a run. */
export type Sight = {
  readonly clone: string;
  /** When it was begun, by the clock of this machine. */
  readonly sinceMs: number;
  /** The hash of a file's content; `undefined` where there is none. */
  readonly file: (path: string) => string | undefined;
  /** The names in a folder; `undefined` where there is none. */
  readonly folder: (path: string) => readonly string[] | undefined;
};

export function sightOf(clone: string): Sight {
  const file = once((path) => shortHash(readFileSync(join(clone, path))));
  const folder = once((path) => namesIn(join(clone, path), isWhole(path)));
  return { clone, sinceMs: Date.now(), file, folder };
}

/** All that a bundle follows from, by the files that esbuild says it read; throws when one is away. */
export function inputsOf({ clone, ...sight }: Sight, read: readonly string[]): BundleInputs {
  const folders = new Set<string>();
  for (const path of read) {
    let above = dirname(join(clone, path));
    for (; !folders.has(relative(clone, above)); above = dirname(above)) {
      folders.add(relative(clone, above));
    }
  }
  const names = (path: string): readonly string[] => sight.folder(path) ?? [];
  for (const path of folders) {
    if (!isWhole(path) && names(path).some((name) => /^node_modules\b/.test(name))) {
      folders.add(join(path, "node_modules"));
    }
  }
  const settings = [...folders].flatMap((path) =>
    names(path)
      .map((name) => name.split(" -> ")[0] ?? name)
      .filter((name) => settingsFile.test(name))
      .map((name) => join(path, name)),
  );
  return {
    files: record([...read, ...settings], (path) => {
      const hash = sight.file(path);
      if (hash === undefined) throw new Error(`${path} was read, and is not there`);
      return hash;
    }),
    folders: record(folders, (path) => hashOfNames(names(path))),
  };
}

/** Whether a bundle of these inputs would come out the same. */
export function isSame(sight: Sight, { files, folders }: BundleInputs): boolean {
  return (
    Object.entries(files).every(([path, hash]) => sight.file(path) === hash) &&
    Object.entries(folders).every(([path, hash]) => hashOfNames(sight.folder(path) ?? []) === hash)
  );
}

/** Whether an input was changed meanwhile: nobody knows then which state of it was read. */
export function hasChanged({ clone, sinceMs }: Sight, inputs: BundleInputs): boolean {
  // The clock of a file system is behind by a tick.
  const changed = (path: string) => statSync(join(clone, path)).ctimeMs > sinceMs - 20;
  return (
    Object.keys(inputs.files).some(changed) ||
    Object.keys(inputs.folders).filter(isWhole).some(changed)
  );
}

export const shortHash = (content: Uint8Array | string): string =>
  createHash("sha256").update(content).digest("hex").slice(0, 32);

const settingsFile = /^(package(-lock)?|tsconfig.*|jsconfig)\.json$/;

/** In all other folders, as the clone's own and those above it, only these names decide anything. */
const decidesAbove = (name: string): boolean =>
  settingsFile.test(name) || /^node_modules\b/.test(name);
const isWhole = (path: string): boolean => /(^|\/)(apps|node_modules)(\/|$)/.test(path);

/** A link counts with where it leads. What begins with a dot is of tools, and of no import. */
function namesIn(folder: string, isWholeFolder: boolean): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => (isWholeFolder ? !name.startsWith(".") : decidesAbove(name)))
    .map((one) => {
      if (one.isSymbolicLink()) return `${one.name} -> ${readlinkSync(join(folder, one.name))}`;
      return one.isDirectory() ? `${one.name}/` : one.name;
    })
    .sort();
}

const hashOfNames = (names: readonly string[]): string => shortHash(names.join("\n"));

/** What it throws of means that there is none. */
function once<Value>(look: (path: string) => Value): (path: string) => Value | undefined {
  const known = new Map<string, Value | undefined>();
  return (path) => {
    if (!known.has(path))
      known.set(
        path,
        attempt(() => look(path)),
      );
    return known.get(path);
  };
}

export function attempt<Value>(work: () => Value): Value | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

const record = (
  paths: Iterable<string>,
  hashOf: (path: string) => string,
): Readonly<Record<string, string>> =>
  Object.fromEntries([...new Set(paths)].sort().map((path) => [path, hashOf(path)]));
