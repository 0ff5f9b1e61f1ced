import { setTimeout as sleep } from "node:timers/promises";
import type { Stack } from "../e2e/stack.ts";
import { check, type Findings } from "./check.ts";
import type { Repair } from "./fault.ts";
import { enlist, type LoadResult, startLoad } from "./load.ts";
import type { Witness } from "./witness.ts";

export type Examination = {
  readonly name: string;
  readonly users: number;
  /** Tasks a second. */
  readonly rate: number;
  readonly loadMs: number;
  /** Bounds the wait for unanswered requests, and then that for events under way. */
  readonly settleMs: number;
  /** Does the harm while the load runs; the load goes on until it is repaired. */
  readonly disturb: (userIds: readonly string[]) => Promise<Repair | undefined>;
};

export type Outcome = {
  readonly name: string;
  readonly load: Pick<LoadResult, "repeated" | "longestPauseMs"> & { readonly count: number };
  readonly findings: Findings;
  readonly deadLetters: number | undefined;
  readonly repair: Repair | undefined;
};

const beforeDisturbMs = 5_000;
const afterRepairMs = 3_000;
const pollMs = 500;
/** Long enough after the last entry for one too many to show itself. */
const strayMs = 2_000;

/** Puts load on the application, disturbs it, lets it settle, and compares. */
export async function examine(
  stack: Pick<Stack, "baseUrl">,
  witness: Witness,
  examination: Examination,
  signal: AbortSignal,
): Promise<Outcome> {
  const { name, rate, loadMs, settleMs } = examination;
  const users = await enlist(stack.baseUrl, examination.users);
  const userIds = users.map((user) => user.id);
  const lettersBefore = await witness.deadLetterEnd();
  const loadEnd = new AbortController();
  const stop = () => loadEnd.abort();
  signal.addEventListener("abort", stop);
  const load = startLoad({ baseUrl: stack.baseUrl, users, rate, signal: loadEnd.signal });
  try {
    const endsAt = performance.now() + loadMs;
    await sleep(Math.min(beforeDisturbMs, loadMs / 2), undefined, { signal });
    const repair = await examination.disturb(userIds);
    const leftMs = Math.max(endsAt - performance.now(), repair ? afterRepairMs : 0);
    await sleep(leftMs, undefined, { signal });

    const result = await load.finish(settleMs);
    signal.throwIfAborted();
    await settle(witness, userIds, result.acknowledged.length, { settleMs, signal });
    const deadLetters = await difference(witness, lettersBefore);
    const findings = check({
      ...result,
      activity: await witness.activityOf(userIds),
      deadLetters,
      waiting: await witness.waitingCount(userIds).catch(() => undefined),
    });
    const { repeated, longestPauseMs } = result;
    const count = result.acknowledged.length;
    return { name, load: { repeated, longestPauseMs, count }, findings, deadLetters, repair };
  } finally {
    signal.removeEventListener("abort", stop);
    loadEnd.abort(); // also when the disturbance threw
  }
}

/** Waits until nothing waits in the outbox and audit has as many entries as were promised. */
async function settle(
  witness: Witness,
  userIds: readonly string[],
  wanted: number,
  { settleMs, signal }: { settleMs: number; signal: AbortSignal },
): Promise<void> {
  const endsAt = performance.now() + settleMs;
  const isSettled = async () =>
    (await witness.waitingCount(userIds)) === 0 && (await witness.createdCount(userIds)) >= wanted;
  // A store that is still away counts as not settled; the evidence is read once more afterwards.
  while (performance.now() < endsAt && !(await isSettled().catch(() => false))) {
    await sleep(pollMs, undefined, { signal });
  }
  await sleep(strayMs, undefined, { signal });
}

async function difference(witness: Witness, before: bigint): Promise<number | undefined> {
  try {
    return Number((await witness.deadLetterEnd()) - before);
  } catch (error) {
    console.error(`dead letters: ${(error as Error).message}`);
    return undefined;
  }
}
