import type { Admin } from "@platformatic/kafka";
import type { AppId } from "#apps/contracts/services.ts";
import { appIds, contractOf, subscriptionsOf } from "#apps/contracts/services.ts";
import { ends, offsetsAt } from "./kafka.ts";

/** How far a consumer is behind in one partition. Offsets as Kafka counts them. */
export type Lag = {
  readonly app: AppId;
  readonly topic: string;
  readonly partition: number;
  /** The next that it will take; null before its first. */
  readonly committed: number | null;
  readonly end: number;
  /** Records that wait, those before its first included as long as they are kept. */
  readonly lag: number;
};

/** The lag of every subscription of the map, by app, topic and partition. */
export async function lagOf(admin: Admin): Promise<Lag[]> {
  const consumers = appIds.filter((appId) => subscriptionsOf(contractOf(appId)).length > 0);
  const topics = [
    ...new Set(
      consumers.flatMap((appId) => subscriptionsOf(contractOf(appId)).map(([topic]) => topic)),
    ),
  ];
  const groups = consumers.map((groupId) => ({ groupId }));
  const [committed, latest, earliest] = await Promise.all([
    admin.listConsumerGroupOffsets({ groups }),
    offsetsOf(admin, topics, ends.latest),
    offsetsOf(admin, topics, ends.earliest),
  ]);
  return consumers.flatMap((app) =>
    subscriptionsOf(contractOf(app)).flatMap(([topic]) => {
      const found = committed
        .find(({ groupId }) => groupId === app)
        ?.topics.find(({ name }) => name === topic)?.partitions;
      return (latest.get(topic) ?? []).map((end, partition) =>
        lagIn({
          ...{ app, topic, partition, end, first: earliest.get(topic)?.[partition] ?? 0n },
          committed: found?.find((it) => it.partitionIndex === partition)?.committedOffset,
        }),
      );
    }),
  );
}

/** One row, of offsets as the broker tells them: -1 is none. */
export function lagIn(at: {
  readonly app: AppId;
  readonly topic: string;
  readonly partition: number;
  readonly first: bigint;
  readonly end: bigint;
  readonly committed: bigint | undefined;
}): Lag {
  const { app, topic, partition, first, end } = at;
  const committed = at.committed === undefined || at.committed < 0n ? undefined : at.committed;
  // What was committed may have been deleted since: what is gone does not wait.
  const next = committed === undefined || committed < first ? first : committed;
  return {
    ...{ app, topic, partition, end: Number(end) },
    committed: committed === undefined ? null : Number(committed),
    lag: Math.max(0, Number(end - next)),
  };
}

async function offsetsOf(admin: Admin, topics: readonly string[], at: bigint) {
  const found = new Map<string, bigint[]>();
  for (const topic of topics) found.set(topic, await offsetsAt(admin, topic, at));
  return found;
}
