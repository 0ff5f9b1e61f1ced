import { setTimeout as sleep } from "node:timers/promises";
import type { Stack } from "../e2e/stack.ts";
import { check, deviationsOf, type Evidence, type Findings } from "./check.ts";
import type { Consequence } from "./effects.ts";
import type { Repair } from "./fault.ts";
import { enlist, type LoadResult, type Mix, startLoad } from "./load.ts";
import type { RequestSummary } from "./requests.ts";
import { type Audience, gather } from "./told.ts";
import type { Witness } from "./witness.ts";

export type Examination = {
  readonly name: string;
  readonly users: number;
  /** Tasks a second. */
  readonly rate: number;
  readonly loadMs: number;
  readonly mix: Mix;
  /** Bounds the wait for unanswered requests, and then that for events under way. */
  readonly settleMs: number;
  /** Does the harm while the load runs; the load goes on until it is repaired. */
  readonly disturb: (userIds: readonly string[]) => Promise<Repair | undefined>;
  /** Done when all has settled, before the last look. */
  readonly afterwards?: (consequences: readonly Consequence[]) => Promise<void>;
};

export type Outcome = {
  readonly name: string;
  readonly load: RequestSummary;
  /** Changes that were acknowledged, and what had to follow of them. */
  readonly acknowledged: number;
  readonly consequences: readonly Consequence[];
  readonly findings: Findings;
  readonly deadLetters: number | undefined;
  /** Messages to clients, and connections that these lost. */
  readonly audience: { readonly told: number; readonly lost: number };
  readonly repair: Repair | undefined;
};

const beforeDisturbMs = 5_000;
const afterRepairMs = 3_000;
const pollMs = 500;
/** Long enough after the last entry for one too many to show itself. */
const strayMs = 2_000;

/** Puts load on the application, disturbs it, lets it settle, and compares. */
export async function examine(
  stack: Pick<Stack, "baseUrl"> & { readonly syncUrl: string | undefined },
  witness: Witness,
  examination: Examination,
  signal: AbortSignal,
): Promise<Outcome> {
  const { name, rate, loadMs, mix, settleMs, afterwards } = examination;
  const users = await enlist(stack.baseUrl, examination.users);
  const userIds = users.map((user) => user.id);
  const lettersBefore = await witness.deadLetterEnd();
  const audience = await gather(stack.syncUrl, users);
  const loadEnd = new AbortController();
  const stop = () => loadEnd.abort();
  signal.addEventListener("abort", stop);
  const load = startLoad({
    ...{ baseUrl: stack.baseUrl, users, rate, mix },
    signal: loadEnd.signal,
  });
  try {
    const endsAt = performance.now() + loadMs;
    await sleep(Math.min(beforeDisturbMs, loadMs / 2), undefined, { signal });
    const repair = await examination.disturb(userIds);
    const leftMs = Math.max(endsAt - performance.now(), repair ? afterRepairMs : 0);
    await sleep(leftMs, undefined, { signal });

    const result = await load.finish(settleMs);
    signal.throwIfAborted();
    const registered = userIds.map(
      (userId) => ({ userId, of: "registration", key: userId }) as const,
    );
    const promised = { ...result, consequences: [...registered, ...result.consequences] };
    await settle(witness, audience, userIds, promised, { settleMs, signal });
    await afterwards?.(promised.consequences);
    const deadLetters = await difference(witness, lettersBefore);
    const sight = await witness.look(userIds).catch(() => nothingSeen);
    const told = audience.told();
    const findings = check({ ...promised, ...sight, told, deadLetters });
    const { tally, repeated, longestPauseMs, slowestMs, acknowledged } = result;
    return {
      ...{
        name,
        load: { tally, repeated, longestPauseMs, slowestMs },
        findings,
        deadLetters,
        repair,
      },
      ...{ acknowledged: acknowledged.length, consequences: promised.consequences },
      audience: {
        told: told.reduce((sum, { sequences }) => sum + sequences.length, 0),
        lost: audience.lost(),
      },
    };
  } finally {
    signal.removeEventListener("abort", stop);
    loadEnd.abort(); // also when the disturbance threw
    audience.leave();
  }
}

type Promised = Pick<LoadResult, "acknowledged" | "unresolved" | "refused"> & {
  readonly consequences: readonly Consequence[];
};

const nothingSeen = { activity: [], effects: [], waiting: undefined } satisfies Partial<Evidence>;

/** Waits until all that was promised is there, as long as it gets more, and for what should not come. */
async function settle(
  witness: Witness,
  audience: Audience,
  userIds: readonly string[],
  promised: Promised,
  { settleMs, signal }: { settleMs: number; signal: AbortSignal },
): Promise<void> {
  let least = Number.POSITIVE_INFINITY;
  let endsAt = performance.now() + settleMs;
  const countLeft = async () => {
    const sight = await witness.look(userIds);
    const evidence = { ...promised, ...sight, told: audience.told(), deadLetters: 0 };
    return deviationsOf(check(evidence)).length;
  };
  while (least > 0 && performance.now() < endsAt) {
    // A store that is still away counts as not settled; the evidence is read once more afterwards.
    const left = await countLeft().catch(() => least);
    if (left < least) endsAt = performance.now() + settleMs;
    least = Math.min(least, left);
    if (least > 0) await sleep(pollMs, undefined, { signal });
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
