import { randomUUID } from "node:crypto";
import { chownSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Account } from "./user.ts";

/** Written into a data folder once it is complete. */
interface DataMark {
  /** Changes when the data is made anew, and only then. */
  readonly dataId: string;
  /** Hash of what made it. */
  readonly madeBy: string;
}

/** The mark of a data folder, or undefined when the folder is missing or not finished. */
export function readDataMark(folder: string): DataMark | undefined {
  try {
    return JSON.parse(readFileSync(markFile(folder), "utf8")) as DataMark;
  } catch {
    return undefined;
  }
}

/** Empties the folder, for the account that will own it. */
export function wipeDataFolder(folder: string, { ids }: Account): void {
  rmSync(folder, { recursive: true, force: true });
  // In two steps: the folders above stay open to the account.
  mkdirSync(dirname(folder), { recursive: true });
  mkdirSync(folder, { mode: 0o700 });
  if (ids) chownSync(folder, ids.uid, ids.gid);
}

/** Marks the folder as complete and returns the id of its data. */
export function markDataFolder(folder: string, madeBy: string): string {
  const mark: DataMark = { dataId: randomUUID(), madeBy };
  writeFileSync(markFile(folder), `${JSON.stringify(mark)}\n`, { mode: 0o600 });
  return mark.dataId;
}

function markFile(folder: string): string {
  return join(folder, ".todo-evolution-data");
}
