import { setTimeout as sleep } from "node:timers/promises";
import { type Follower, follow } from "../follower.ts";
import type { ActivityRow } from "./check.ts";
import type { VirtualUser } from "./requests.ts";

/** What the client of a user was told over WebSockets, connecting again whenever it had to. */
export type Told = {
  readonly userId: string;
  /** In the order in which it was told; a user's changes of tasks are numbered from 1 on. */
  readonly sequences: readonly number[];
  /** How often it was told to begin anew. */
  readonly resyncs: number;
};

export type ToldFindings = {
  readonly duplicates: readonly string[];
  readonly missing: readonly string[];
  readonly outOfOrder: readonly string[];
  readonly others: readonly string[];
};

/** Compares: each client is told all changes of its user up to the last, each once and in order. */
export function checkTold(
  told: readonly Told[],
  activity: readonly Pick<ActivityRow, "userId" | "kind" | "sequence">[],
): ToldFindings {
  const changes = activity.filter(({ kind }) => kind === "task");
  const lasts = Map.groupBy(changes, ({ userId }) => userId);
  const each = <T>(pick: (one: Told) => readonly T[]): string[] =>
    told.flatMap((one) => pick(one).map((what) => `told ${one.userId} ${what}`));
  return {
    missing: each(({ userId, sequences }) => {
      const seen = new Set(sequences);
      const last = Math.max(0, ...seen, ...(lasts.get(userId) ?? []).map((row) => row.sequence));
      return Array.from({ length: last }, (_, at) => at + 1).filter((one) => !seen.has(one));
    }),
    duplicates: each(({ sequences }) =>
      sequences.filter((one, at) => sequences.indexOf(one) < at).map((one) => `${one} again`),
    ),
    outOfOrder: each(({ sequences }) =>
      sequences
        .map((one, at) => ({ one, before: sequences[at - 1] ?? 0 }))
        .filter(({ one, before }) => one < before)
        .map(({ one, before }) => `${one} after ${before}`),
    ),
    others: each(({ resyncs }) => (resyncs > 0 ? [`to begin anew, ${resyncs} times`] : [])),
  };
}

export type Audience = {
  readonly told: () => Told[];
  /** Connections that were lost, of all. */
  readonly lost: () => number;
  readonly leave: () => void;
};

const connectedAtOnce = 20;
const connectedWithinMs = 30_000;

/** A client for each user, all connected; nobody where there is no address of sync. */
export async function gather(
  syncUrl: string | undefined,
  users: readonly VirtualUser[],
): Promise<Audience> {
  const followers: { userId: string; follower: Follower }[] = [];
  const leave = () => {
    for (const { follower } of followers) follower.stop();
  };
  try {
    for (let at = 0; syncUrl !== undefined && at < users.length; at += connectedAtOnce) {
      const some = users.slice(at, at + connectedAtOnce).map(({ id, token }) => ({
        ...{ userId: id, follower: follow({ url: syncUrl, token, after: 0 }) },
      }));
      followers.push(...some);
      await allReady(some.map(({ follower }) => follower));
    }
  } catch (error) {
    leave();
    throw error;
  }
  return {
    told: () =>
      followers.map(({ userId, follower }) => ({
        ...{ userId, sequences: [...follower.sequences], resyncs: follower.resyncs() },
      })),
    lost: () => followers.reduce((sum, { follower }) => sum + follower.lost(), 0),
    leave,
  };
}

const allReady = (followers: readonly Follower[]) =>
  Promise.race([
    Promise.all(followers.map(({ ready }) => ready)),
    sleep(connectedWithinMs, undefined, { ref: false }).then(() => {
      throw new Error("not all clients of sync were connected in time");
    }),
  ]);
