import { randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isAlive, ownIdentity, pidOf } from "./process-identity.ts";

/** How to wait for a lock. */
export type LockOptions = {
  /** Told once, when the lock is held by someone else. */
  readonly onWait?: (pid: number) => void;
  readonly signal?: AbortSignal;
  readonly pollMs?: number;
};

/**
 * Runs `work` while no other process runs work under the same folder.
 *
 * Each contender puts a file of its own, named by pid and start time, into the folder and then
 * looks for others: whoever came later sees the earlier one and steps back. A file of a dead
 * process is nobody's, so taking over needs no step in which two could take over at once.
 */
export async function withLock<Result>(
  folder: string,
  work: () => Promise<Result>,
  options: LockOptions = {},
): Promise<Result> {
  const { pollMs = 200, signal } = options;
  const own = `${ownIdentity()}-${randomBytes(4).toString("hex")}`;
  let told = false;
  while (!tryTake(folder, own)) {
    const holder = contenders(folder, own)[0];
    if (holder !== undefined && !told) {
      told = true;
      options.onWait?.(pidOf(holder));
    }
    // Uneven, so that two who stepped back from each other do not meet again.
    await sleep(pollMs * (0.5 + Math.random()), undefined, signal ? { signal } : {});
  }
  try {
    return await work();
  } finally {
    release(folder, own);
  }
}

function tryTake(folder: string, own: string): boolean {
  if (contenders(folder, own).length > 0) return false;
  try {
    writeFileSync(join(folder, own), "");
  } catch (error) {
    // The holder before us removed the empty folder between our two steps.
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
  if (contenders(folder, own).length === 0) return true;
  rmSync(join(folder, own), { force: true });
  return false;
}

function contenders(folder: string, own: string): string[] {
  mkdirSync(folder, { recursive: true });
  const others = readdirSync(folder).filter((name) => name !== own);
  for (const dead of others.filter((name) => !isAlive(name))) {
    rmSync(join(folder, dead), { force: true });
  }
  return others.filter((name) => isAlive(name));
}

function release(folder: string, own: string): void {
  rmSync(join(folder, own), { force: true });
  try {
    rmdirSync(folder);
  } catch {
    // Someone waits in it: theirs to remove.
  }
}
