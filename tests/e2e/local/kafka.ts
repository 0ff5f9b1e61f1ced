import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { Consumer } from "@platformatic/kafka";
import type { Topic } from "#apps/contracts/topics.ts";
import type { Stack } from "../stack.ts";

/** A record as the broker keeps it. */
export type RawRecord = { readonly key: string; readonly value: Record<string, unknown> };

export type TopicReader = {
  /** Records so far whose CloudEvents subject is this one, once there are as many. */
  readonly recordsOf: (subject: string, count: number, withinMs: number) => Promise<RawRecord[]>;
  readonly close: () => Promise<void>;
};

/** What every Kafka client of the tests is told: the administrator of the local stack. */
export const kafkaOptions = ({ kafka }: Stack, clientId: string) => ({
  clientId,
  bootstrapBrokers: [...kafka.brokers],
  sasl: { mechanism: kafka.mechanism, username: kafka.username, password: kafka.password },
});

/** Reads what reaches a topic from now on, in a group of its own that commits nothing. */
export async function readTopic(stack: Stack, topic: Topic): Promise<TopicReader> {
  const consumer = new Consumer({
    ...kafkaOptions(stack, "e2e"),
    groupId: `e2e-${randomUUID()}`,
    autocommit: false,
  });
  // The ends are taken here and given to the stream, which would look for them only later.
  const ends = (await consumer.listOffsets({ topics: [topic] })).get(topic) ?? [];
  const offsets = ends.map((offset, partition) => ({ topic, partition, offset }));
  const stream = await consumer.consume({ topics: [topic], mode: "manual", offsets });
  const records: RawRecord[] = [];
  let failure: Error | undefined;
  stream.on("error", (error) => {
    failure = error;
  });
  stream.on("data", ({ key, value }) => {
    records.push({ key: String(key), value: JSON.parse(String(value)) });
  });

  return {
    recordsOf: async (subject, count, withinMs) => {
      const endsAt = performance.now() + withinMs;
      for (;;) {
        if (failure) throw failure;
        const found = records.filter(({ value }) => value.subject === subject);
        if (found.length >= count || performance.now() > endsAt) return found;
        await sleep(25);
      }
    },
    close: async () => {
      await consumer.close(true);
    },
  };
}
