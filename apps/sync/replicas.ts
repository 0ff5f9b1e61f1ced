import { z } from "zod";
import { headsAtOnce, serverMessage } from "#apps/contracts/sync.ts";
import type { RedisClient } from "#apps/kit/redis/client.ts";
import type { ReadHeads } from "./feed.ts";
import type { Happening, Hub } from "./hub.ts";

/**
 * An event reaches one replica, its user's clients may be at any. The replica tells the others
 * through Redis; where that fails the feed tells what was not heard, at a bounded rate:
 * a replica that hears nobody, not even itself, looks for changes of its users every second;
 * one that could not tell the others says so as soon as it can again;
 * and for all that is unforeseen every replica looks once a minute.
 */
export type Replicas = {
  /** Tells this replica's clients and every other replica. Never rejects. */
  readonly tell: (happening: Happening) => Promise<void>;
  /** To be called every second. Resolves when what is to be looked up was looked up. */
  readonly tick: () => Promise<void>;
};

export type ReplicasDeps = {
  readonly redis: Pick<RedisClient, "publish" | "subscribe">;
  readonly hub: Pick<Hub, "happened" | "know" | "userIds">;
  readonly readHeads: ReadHeads;
  /** Which replica this is; another one each time that it starts. */
  readonly replicaId: string;
  readonly onDeaf?: (deaf: boolean) => void;
  readonly now?: () => number;
};

const channel = "happenings";
const deafAfterMs = 3_000;
const lookEveryMs = 60_000;
/** Users who were not told of elsewhere; beyond it everybody looks for all of theirs. */
const mostMissed = 5_000;
/** Calls to backend a second, of a hundred users each. */
const mostLooks = 10;

const change = serverMessage.options[0].omit({ type: true });
const common = { from: z.string(), userId: z.string(), occurredAt: z.string() };
const wireMessage = z.union([
  z.object({ ...common, traceparent: z.string(), change }),
  z.object({ ...common, traceparent: z.string(), notification: serverMessage.options[3] }),
  /** A sign of life, and the users of whom this replica could not tell; null for all. */
  z.object({ from: z.string(), missed: z.array(z.string()).nullable() }),
]);

export function createReplicas(deps: ReplicasDeps): Replicas {
  const { redis, hub, readHeads, replicaId, now = Date.now } = deps;
  let heardAt = now();
  let lookedAt = now();
  let missed: Set<string> | null = new Set();
  // Whose feed is to be looked into; null for everybody's.
  let wanted: Set<string> | null = new Set();
  let looking = false;

  redis.subscribe(channel, {
    onMessage: hear,
    // What came before was not heard.
    onListening: () => {
      wanted = null;
    },
  });

  function hear(text: string): void {
    heardAt = now();
    const parsed = wireMessage.safeParse(JSON.parse(text));
    if (!parsed.success || parsed.data.from === replicaId) return;
    if (!("missed" in parsed.data)) hub.happened(parsed.data as Happening);
    else if (parsed.data.missed === null) wanted = null;
    else for (const userId of parsed.data.missed) wanted?.add(userId);
  }

  async function sayAlive(): Promise<void> {
    const saying = missed;
    missed = new Set();
    const message = { from: replicaId, missed: saying && [...saying] };
    if (await redis.publish(channel, JSON.stringify(message))) return;
    missed = saying === null || missed === null ? null : new Set([...saying, ...missed]);
  }

  /** Asks for the sequences of users who have clients here; those clients read what is new. */
  async function look(): Promise<void> {
    const here = hub.userIds();
    const asked = wanted;
    const users = asked === null ? here : here.filter((userId) => asked.has(userId));
    wanted = new Set();
    const now = users.slice(0, headsAtOnce * mostLooks);
    for (const userId of users.slice(now.length)) wanted.add(userId);
    for (let at = 0; at < now.length; at += headsAtOnce) {
      const some = now.slice(at, at + headsAtOnce);
      try {
        for (const [userId, sequence] of await readHeads(some)) hub.know(userId, sequence);
      } catch {
        for (const userId of some) wanted?.add(userId); // backend is away: at the next tick
      }
    }
  }

  return {
    tell: async (happening) => {
      hub.happened(happening);
      const { userId } = happening;
      if (await redis.publish(channel, JSON.stringify({ from: replicaId, ...happening }))) return;
      if (missed && missed.size < mostMissed) missed.add(userId);
      else missed = null;
    },
    tick: async () => {
      await sayAlive();
      const deaf = now() - heardAt > deafAfterMs;
      deps.onDeaf?.(deaf);
      if (deaf || now() - lookedAt > lookEveryMs) {
        wanted = null;
        lookedAt = now();
      }
      if (looking || wanted?.size === 0) return;
      looking = true;
      await look().finally(() => {
        looking = false;
      });
    },
  };
}
