import { setTimeout as sleep } from "node:timers/promises";

/** When to stop waiting: after a time, or when the user interrupts. */
export interface Limit {
  readonly timeoutMs: number;
  readonly everyMs?: number;
  readonly signal?: AbortSignal | undefined;
}

/** Asks until the answer is truthy and returns it; undefined when the time is over. */
export async function waitFor<Answer>(
  ask: () => Answer | Promise<Answer>,
  { timeoutMs, everyMs = 50, signal }: Limit,
): Promise<Answer | undefined> {
  const until = performance.now() + timeoutMs;
  for (;;) {
    if (signal?.aborted) throw new Error("Interrupted.");
    const answer = await ask();
    if (answer) return answer;
    if (performance.now() > until) return undefined;
    await sleep(everyMs);
  }
}
