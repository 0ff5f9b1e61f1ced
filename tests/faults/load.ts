import { randomUUID } from "node:crypto";
import { setMaxListeners } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { Acknowledgement } from "./check.ts";

export type VirtualUser = { readonly id: string; readonly token: string };

export type LoadOptions = {
  readonly baseUrl: string;
  readonly users: readonly VirtualUser[];
  /** Tasks a second by all users together, as long as they are answered. */
  readonly rate: number;
  /** Ends the load at once, without waiting for what is under way. */
  readonly signal: AbortSignal;
};

export type LoadResult = {
  readonly acknowledged: readonly Acknowledgement[];
  /** Requests sent again because the outcome of the try before was unknown. */
  readonly repeated: number;
  readonly unresolved: readonly string[];
  readonly refused: readonly string[];
  /** The longest time without an acknowledgement of anybody. */
  readonly longestPauseMs: number;
};

export type Load = {
  /** Begins no more tasks, and repeats those under way until they are acknowledged. */
  readonly finish: (withinMs: number) => Promise<LoadResult>;
};

const requestTimeoutMs = 10_000;
const repeatAfterMs = 200;
const enlistedAtOnce = 20;

/** Users whom nobody used before. Throws when the API gives one no token. */
export async function enlist(baseUrl: string, count: number): Promise<VirtualUser[]> {
  const users: VirtualUser[] = [];
  while (users.length < count) {
    const some = Math.min(enlistedAtOnce, count - users.length);
    users.push(...(await Promise.all(Array.from({ length: some }, () => enlistOne(baseUrl)))));
  }
  return users;
}

async function enlistOne(baseUrl: string): Promise<VirtualUser> {
  const response = await fetch(new URL("/api/development/tokens", baseUrl), {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ user: `faults-${randomUUID()}` }),
    signal: AbortSignal.timeout(requestTimeoutMs),
  });
  if (!response.ok) throw new Error(`no token: ${response.status} ${await response.text()}`);
  const { user_id: id, token } = (await response.json()) as { user_id: string; token: string };
  return { id, token };
}

/** Starts users who each create one task after the other, evenly spread over time. */
export function startLoad({ baseUrl, users, rate, signal }: LoadOptions): Load {
  const acknowledged: Acknowledgement[] = [];
  const unresolved: string[] = [];
  const refused: string[] = [];
  const ending = new AbortController();
  setMaxListeners(0, ending.signal); // every user listens
  signal.addEventListener("abort", () => ending.abort(), { once: true });
  const startedAt = performance.now();
  const intervalMs = (1_000 * users.length) / rate;
  let lastAnswerAt = startedAt;
  let longestPauseMs = 0;
  let repeated = 0;
  let giveUpAt = Number.POSITIVE_INFINITY;
  const lives = users.map((user, index) => live(user, startedAt + (index * 1_000) / rate));

  async function live(user: VirtualUser, firstAt: number): Promise<void> {
    for (let nextAt = firstAt; ; nextAt = Math.max(nextAt + intervalMs, performance.now())) {
      const waitMs = Math.max(0, nextAt - performance.now());
      // Rejects when the load ends, which the next line finds out.
      await sleep(waitMs, undefined, { signal: ending.signal }).catch(() => undefined);
      if (ending.signal.aborted) return;
      await createOne(user);
    }
  }

  async function createOne(user: VirtualUser): Promise<void> {
    const key = randomUUID();
    for (;;) {
      const outcome = await send(baseUrl, user, key);
      if ("taskId" in outcome) return acknowledge({ userId: user.id, taskId: outcome.taskId });
      if ("refusal" in outcome) {
        refused.push(outcome.refusal);
        return;
      }
      if (signal.aborted || performance.now() > giveUpAt) {
        unresolved.push(user.id);
        return;
      }
      repeated++;
      await sleep(repeatAfterMs * (1 + Math.random()));
    }
  }

  function acknowledge(one: Acknowledgement): void {
    const now = performance.now();
    longestPauseMs = Math.max(longestPauseMs, now - lastAnswerAt);
    lastAnswerAt = now;
    acknowledged.push(one);
  }

  return {
    finish: async (withinMs) => {
      giveUpAt = performance.now() + withinMs;
      // A load that ended in silence paused until now.
      longestPauseMs = Math.max(longestPauseMs, performance.now() - lastAnswerAt);
      ending.abort();
      await Promise.all(lives);
      return { acknowledged, repeated, unresolved, refused, longestPauseMs };
    },
  };
}

type Outcome = { taskId: string } | { refusal: string } | { unknown: true };

/** Sends one try. No answer, 5xx, 429 and 409 (an earlier try still runs) leave it unknown. */
async function send(baseUrl: string, user: VirtualUser, key: string): Promise<Outcome> {
  try {
    const response = await fetch(new URL("/api/tasks", baseUrl), {
      method: "POST",
      headers: {
        Authorization: `Bearer ${user.token}`,
        "Content-Type": "application/json",
        "Idempotency-Key": key,
      },
      body: JSON.stringify({ title: `Under load ${key}` }),
      signal: AbortSignal.timeout(requestTimeoutMs),
    });
    const text = await response.text();
    const { status } = response;
    if (status === 201) return { taskId: (JSON.parse(text) as { id: string }).id };
    if (status >= 500 || status === 429 || status === 409) return { unknown: true };
    return { refusal: `${status} ${text}` };
  } catch {
    return { unknown: true }; // the connection broke or the time was up: sent again, same key
  }
}
