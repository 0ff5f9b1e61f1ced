import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { Consumer } from "@platformatic/kafka";
import type { Stack } from "../stack.ts";

/** A record as the broker keeps it; `value` is what its text says as JSON, if it is any. */
export type RawRecord = {
  readonly partition: number;
  readonly key: string;
  readonly text: string;
  readonly value: Record<string, unknown>;
  readonly headers: Readonly<Record<string, string>>;
};

export type TopicReader = {
  /** Records so far that match, once there are as many. */
  readonly find: (
    matches: (record: RawRecord) => boolean,
    count: number,
    withinMs: number,
  ) => Promise<RawRecord[]>;
  /** Records so far whose CloudEvents subject is this one, once there are as many. */
  readonly recordsOf: (subject: string, count: number, withinMs: number) => Promise<RawRecord[]>;
  readonly close: () => Promise<void>;
};

/** What every Kafka client of the tests is told: the administrator of the local stack. */
export const kafkaOptions = ({ kafka }: Pick<Stack, "kafka">, clientId: string) => ({
  clientId,
  bootstrapBrokers: [...kafka.brokers],
  sasl: { mechanism: kafka.mechanism, username: kafka.username, password: kafka.password },
});

/** Reads what reaches a topic from now on, in a group of its own that commits nothing. */
export async function readTopic(stack: Stack, topic: string): Promise<TopicReader> {
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
  stream.on("data", ({ partition, key, value, headers }) => {
    const text = String(value);
    const named = [...headers].map(([name, content]) => [String(name), String(content)]);
    records.push({
      partition,
      key: String(key),
      text,
      value: parsed(text),
      headers: Object.fromEntries(named),
    });
  });
  const find: TopicReader["find"] = async (matches, count, withinMs) => {
    const endsAt = performance.now() + withinMs;
    for (;;) {
      if (failure) throw failure;
      const found = records.filter(matches);
      if (found.length >= count || performance.now() > endsAt) return found;
      await sleep(25);
    }
  };

  return {
    find,
    recordsOf: (subject, count, withinMs) =>
      find(({ value }) => value.subject === subject, count, withinMs),
    close: async () => {
      await consumer.close(true);
    },
  };
}

function parsed(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}
