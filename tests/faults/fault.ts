import { setTimeout as sleep } from "node:timers/promises";
import { Refusal } from "#commands/run.ts";
import { type Identity, isAlive } from "#infra/host/provider/proc.ts";
import { readRecord } from "#infra/host/provider/record.ts";
import { placesOf } from "#infra/host/provider/stack-folder.ts";
import type { Stack } from "../e2e/stack.ts";

/** What is done to a system under load. */
export type Fault = {
  readonly name: string;
  /** Takes minutes: only done when it is asked for. */
  readonly isLong?: boolean;
  /** The API needs nothing of what is struck: every request is answered 2xx at the first try. */
  readonly sparesRequests?: boolean;
  /** Does the harm and mends it; undefined when there was nothing to mend. */
  readonly strike: () => Promise<Repair | undefined>;
};

export type Repair = {
  readonly tookMs: number;
  /** Why not all is as it was, if it is not. */
  readonly failure: string | undefined;
};

const goneWithinMs = 5_000;

/** The running process of this name. Throws a Refusal unless it is the one that was recorded. */
export function processOf(stack: Pick<Stack, "stackFolder">, name: string): Identity {
  const { record } = placesOf(stack.stackFolder, name);
  const found = readRecord(record);
  if (!found) throw new Refusal(`there is no record of ${name} at ${record}: is the stack up?`);
  // The pid alone may by now belong to somebody else.
  if (!isAlive(found)) throw new Refusal(`${name} (process ${found.pid}) does not run`);
  return found;
}

/** Kills exactly the recorded process, and waits until it is gone. */
export async function kill(stack: Pick<Stack, "stackFolder">, name: string): Promise<void> {
  const killed = processOf(stack, name);
  process.kill(killed.pid, "SIGKILL");
  for (let waitedMs = 0; isAlive(killed); waitedMs += 20) {
    if (waitedMs > goneWithinMs) throw new Error(`${name} survived SIGKILL`);
    await sleep(20);
  }
}

/** Does the work and tells how long it took, and how it failed if it did. */
export async function timed(work: () => Promise<void>): Promise<Repair> {
  const since = performance.now();
  try {
    await work();
    return { tookMs: performance.now() - since, failure: undefined };
  } catch (error) {
    return { tookMs: performance.now() - since, failure: (error as Error).message };
  }
}
