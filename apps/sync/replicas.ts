import { z } from "zod";
import { serverMessage } from "#apps/contracts/sync.ts";
import { traceparentOf } from "#apps/kit/http/trace.ts";
import type { RedisClient } from "#apps/kit/redis/client.ts";
import { currentTrace } from "#apps/kit/tracing/scope.ts";
import type { ReadHeads } from "./feed.ts";
import type { Happening, Hub } from "./hub.ts";
import { createLookups } from "./lookups.ts";

/**
 * An event reaches one replica, its user's clients may be at any. The replica tells the others
 * through Redis; where that fails the feed tells what was not heard, at a bounded rate:
 * a replica that hears nobody, not even itself, looks for changes of its users every second;
 * so do all for some minutes when one of them falls silent, as its sidecar may hold events for it;
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
const silentAfterMs = 3_000;
/** By then it is back, or its sidecar is gone as well and its partitions are another one's. */
const forgottenAfterMs = 180_000;
const lookEveryMs = 60_000;
/** Users who were not told of elsewhere; beyond it everybody looks for all of theirs. */
const mostMissed = 5_000;

const change = serverMessage.options[0].omit({ type: true });
const common = { from: z.string(), userId: z.string(), occurredAt: z.string() };
/** It also names the users of whom this replica could not tell; null for all. */
const signOfLife = z.object({
  from: z.string(),
  missed: z.array(z.string()).nullable(),
});
const wireMessage = z.union([
  z.object({ ...common, traceparent: z.string(), change }),
  z.object({ ...common, traceparent: z.string(), notification: serverMessage.options[3] }),
  signOfLife,
]);

export function createReplicas(deps: ReplicasDeps): Replicas {
  const { redis, hub, readHeads, replicaId, now = Date.now } = deps;
  let heardAt = now();
  // When each of the others last said that it lives.
  const others = new Map<string, number>();
  let lookedAt = now();
  let missed: Set<string> | null = new Set();
  const lookups = createLookups(hub, readHeads);

  redis.subscribe(channel, {
    onMessage: hear,
    // What came before was not heard.
    onListening: () => lookups.want("everybody"),
  });

  function hear(text: string): void {
    heardAt = now();
    const message = messageOf(text);
    if (!message || message.from === replicaId) return;
    if ("missed" in message) hearAlive(message);
    else hub.happened(message as Happening);
  }

  function hearAlive(sign: z.infer<typeof signOfLife>): void {
    others.set(sign.from, now());
    lookups.want(sign.missed ?? "everybody");
  }

  async function sayAlive(): Promise<void> {
    const saying = missed;
    missed = new Set();
    const message = { from: replicaId, missed: saying && [...saying] };
    if (await redis.publish(channel, JSON.stringify(message))) return;
    missed = saying === null || missed === null ? null : new Set([...saying, ...missed]);
  }

  function isOneSilent(): boolean {
    for (const [other, at] of others) if (now() - at > forgottenAfterMs) others.delete(other);
    return [...others.values()].some((at) => now() - at > silentAfterMs);
  }

  return {
    tell: async (what) => {
      // The pushes of all replicas are below the span in which one of them was given the event.
      const trace = currentTrace();
      const happening = trace ? { ...what, traceparent: traceparentOf(trace) } : what;
      hub.happened(happening);
      const { userId } = happening;
      if (await redis.publish(channel, JSON.stringify({ from: replicaId, ...happening }))) return;
      if (missed && missed.size < mostMissed) missed.add(userId);
      else missed = null;
    },
    tick: async () => {
      await sayAlive();
      const deaf = now() - heardAt > silentAfterMs;
      deps.onDeaf?.(deaf);
      const isTime = deaf || isOneSilent() || now() - lookedAt > lookEveryMs;
      // Not before a round has come to its end, or the last of many users would never have their turn.
      if (isTime && lookups.areDone()) {
        lookups.want("everybody");
        lookedAt = now();
      }
      if (!lookups.areDone()) await lookups.look();
    },
  };
}

function messageOf(text: string): z.infer<typeof wireMessage> | undefined {
  try {
    return wireMessage.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
