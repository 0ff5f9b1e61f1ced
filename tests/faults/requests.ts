import { setTimeout as sleep } from "node:timers/promises";
import type { Account } from "../account.ts";

/** Whoever sends requests; the token is another one now and then, as each runs out. */
export type VirtualUser = Pick<Account, "id" | "token">;

/** A request of a user; sent again with the same key it is the same request. */
export type Wanted = {
  readonly method: "POST" | "PUT";
  readonly path: string;
  readonly body?: unknown;
  readonly key?: string;
};

/** A definite answer, below 500. */
export type Reply = { readonly status: number; readonly text: string };

export type RequestSummary = {
  /** Tries by status; `no answer` where the connection broke or the time was up. */
  readonly tally: Readonly<Record<string, number>>;
  /** Requests sent again because the outcome of the try before was unknown. */
  readonly repeated: number;
  /** The longest time without a definite answer to anybody. */
  readonly longestPauseMs: number;
  /** The longest time that a try took to its answer. */
  readonly slowestMs: number;
};

export type Requests = {
  /** Repeats the request until its outcome is known; undefined when that was given up. */
  readonly ask: (user: VirtualUser, wanted: Wanted) => Promise<Reply | undefined>;
  /** Requests that are not answered by then are given up; none is before this was called. */
  readonly giveUpAfter: (withinMs: number) => void;
  readonly summary: () => RequestSummary;
};

const requestTimeoutMs = 10_000;
const repeatAfterMs = 200;

/** Sends requests and counts what comes of them; the signal ends all repeating at once. */
export function createRequests(baseUrl: string, signal: AbortSignal): Requests {
  const counts = new Map<string, number>();
  let giveUpAt = Number.POSITIVE_INFINITY;
  let repeated = 0;
  let lastAnswerAt = performance.now();
  let longestPauseMs = 0;
  let slowestMs = 0;

  const pauseEnds = (): void => {
    const now = performance.now();
    longestPauseMs = Math.max(longestPauseMs, now - lastAnswerAt);
    lastAnswerAt = now;
  };

  return {
    ask: async (user, wanted) => {
      for (;;) {
        const sentAt = performance.now();
        const reply = await send(baseUrl, user, wanted);
        if (reply) slowestMs = Math.max(slowestMs, performance.now() - sentAt);
        const said = reply ? String(reply.status) : "no answer";
        counts.set(said, (counts.get(said) ?? 0) + 1);
        if (reply && isDefinite(reply.status)) {
          pauseEnds();
          return reply;
        }
        if (signal.aborted || performance.now() > giveUpAt) return undefined;
        repeated++;
        await sleep(repeatAfterMs * (1 + Math.random()));
      }
    },
    giveUpAfter: (withinMs) => {
      giveUpAt = performance.now() + withinMs;
    },
    summary: () => {
      pauseEnds(); // a load that ended in silence paused until now
      return { tally: Object.fromEntries(counts), repeated, longestPauseMs, slowestMs };
    },
  };
}

/** 5xx, 429 and 409 (an earlier try still runs) leave it open what became of the request. */
const isDefinite = (status: number): boolean => status < 500 && status !== 429 && status !== 409;

async function send(
  baseUrl: string,
  user: VirtualUser,
  { method, path, body, key }: Wanted,
): Promise<Reply | undefined> {
  try {
    const token = await user.token();
    const response = await fetch(new URL(path, baseUrl), {
      method,
      headers: {
        Authorization: `Bearer ${token}`,
        "Content-Type": "application/json",
        ...(key && { "Idempotency-Key": key }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(requestTimeoutMs),
    });
    return { status: response.status, text: await response.text() };
  } catch {
    return undefined; // the connection broke or the time was up: sent again, same key
  }
}
