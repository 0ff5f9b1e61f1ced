import { chownSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Account } from "./user.ts";

/** Absolute path → text. */
export type Files = Readonly<Record<string, string>>;

/** Writes each file in one step, readable by its owner alone. */
export function writeFiles(files: Files, { ids }: Account): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(path), { recursive: true });
    const fresh = `${path}.new`;
    writeFileSync(fresh, text, { mode: 0o600 });
    if (ids) chownSync(fresh, ids.uid, ids.gid);
    renameSync(fresh, path);
  }
}

/** Removes files and folders; those that are gone already are no error. */
export function removeFiles(paths: readonly string[]): void {
  for (const path of paths) rmSync(path, { recursive: true, force: true });
}

/** The first file that is missing or was changed, in words; undefined when all are as written. */
export function firstDifference(files: Files): string | undefined {
  for (const [path, text] of Object.entries(files)) {
    const found = readIfThere(path);
    if (found === undefined) return `${path} is missing`;
    if (found !== text) return `${path} was changed`;
  }
  return undefined;
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
