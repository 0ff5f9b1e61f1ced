import { closeSync, mkdirSync, openSync, readSync, renameSync, statSync, writeSync } from "node:fs";
import { dirname } from "node:path";

const rotateAtBytes = 20 * 1024 * 1024;

/**
 * Opens a log to append to, with a line that tells a new start. One older file (`.1`) is kept once
 * the log has grown over 20 MB. Returns the file descriptor, for the caller to close.
 */
export function openLog(file: string, headline: string): number {
  mkdirSync(dirname(file), { recursive: true });
  if (sizeOf(file) > rotateAtBytes) renameSync(file, `${file}.1`);
  const descriptor = openSync(file, "a", 0o600);
  writeSync(descriptor, `--- ${new Date().toISOString()} ${headline} ---\n`);
  return descriptor;
}

/** The last lines of a log, from byte `from` on at the earliest. */
export function tailOf(file: string, lines = 20, from = 0): string {
  const size = sizeOf(file);
  const start = Math.max(from > size ? 0 : from, size - 64 * 1024);
  if (size === 0) return "";
  const buffer = Buffer.alloc(size - start);
  const descriptor = openSync(file, "r");
  try {
    readSync(descriptor, buffer, 0, buffer.length, start);
  } finally {
    closeSync(descriptor);
  }
  return buffer.toString("utf8").trimEnd().split("\n").slice(-lines).join("\n");
}

/** The file's size in bytes; 0 when there is none. */
export function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
