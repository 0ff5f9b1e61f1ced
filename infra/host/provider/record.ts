import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Identity } from "./proc.ts";

/** What is kept on disk of a process that was started: no environment, no secret. */
export interface RunRecord extends Identity {
  readonly name: string;
  readonly startedAt: string;
  /** Tells whether it runs with the settings wanted now, see `hashOf`. */
  readonly specHash: string;
}

/** Reads a record; undefined when there is none or it is not whole. */
export function readRecord(file: string): RunRecord | undefined {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  try {
    return JSON.parse(text) as RunRecord;
  } catch {
    return undefined; // spoilt by hand: the process is then found by its marker
  }
}

/** Writes a record in one step. */
export function writeRecord(file: string, record: RunRecord): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
