import type { LookupFunction } from "node:net";
import { Admin, Consumer } from "@platformatic/kafka";
import { Refusal } from "#commands/run.ts";

/** How an operator reaches a cluster. */
export type KafkaAccess = {
  /** `host:port`, any of the brokers. */
  readonly brokers: readonly string[];
  readonly mechanism: "SCRAM-SHA-512" | "SCRAM-SHA-256" | "PLAIN";
  readonly username: string;
  readonly password: string;
  /** Encrypted, with this authority (PEM) or, where it is empty, a public one. */
  readonly ca?: string | undefined;
  /** What brokers' names mean, where this machine does not know them; with TLS only. */
  readonly lookup?: LookupFunction | undefined;
  /** Why this user may change nothing, and what to do about it. */
  readonly readOnly?: string | undefined;
};

/** A record as the broker keeps it. */
export type KafkaRecord = {
  readonly partition: number;
  readonly offset: bigint;
  readonly time: Date;
  readonly key: Buffer | undefined;
  readonly value: Buffer;
  readonly headers: Readonly<Record<string, string>>;
};

/** What every client of the commands is told. */
export const clientOptions = (access: KafkaAccess) => ({
  clientId: "todo-evolution-events",
  bootstrapBrokers: [...access.brokers],
  sasl: {
    mechanism: access.mechanism,
    username: access.username,
    password: access.password,
  },
  ...(access.ca !== undefined && {
    tls: {
      ...(access.ca !== "" && { ca: access.ca }),
      ...(access.lookup && { lookup: access.lookup }),
    },
    tlsServerName: true,
  }),
  connectTimeout: 5_000,
  timeout: 15_000,
  retries: 2,
});

/** @throws Refusal where the user is one that only looks, before anything was asked of Kafka */
export function requireChanges({ readOnly }: KafkaAccess): void {
  if (readOnly !== undefined) throw new Refusal(readOnly);
}

/** What `listOffsets` takes for the two ends of a partition, beside a time in ms. */
export const ends = { latest: -1n, earliest: -2n } as const;

const readCommitted = 1 as const;
const stalledMs = 20_000;

/**
 * Opens an administrator's connection for the work.
 * @throws Refusal when no broker answers, with their addresses and the remedy
 */
export async function withAdmin<Result>(
  access: KafkaAccess,
  work: (admin: Admin) => Promise<Result>,
): Promise<Result> {
  const admin = new Admin(clientOptions(access));
  try {
    try {
      await admin.metadata({ topics: [] });
    } catch (error) {
      throw new Refusal(
        `Kafka at ${access.brokers.join(", ")} does not answer from here (${reasonOf(error)}).\n` +
          "Is it up, and do its listeners reach to where this command runs? The local one: npm run " +
          "status. In a cluster they are for its own pods, unless the cluster has a listener for " +
          "outside: run the command inside, or name one by --brokers.",
      );
    }
    return await work(admin);
  } finally {
    await admin.close();
  }
}

/**
 * Offsets of every partition of a topic at a time in ms, or at one of its ends; -1 where there is
 * none. The latest is where open transactions begin, unless they are to be counted.
 */
export async function offsetsAt(
  admin: Admin,
  topic: string,
  at: bigint,
  isolationLevel: 0 | 1 = readCommitted,
): Promise<bigint[]> {
  const { topics } = await admin.metadata({ topics: [topic], forceUpdate: true });
  const count = topics.get(topic)?.partitionsCount ?? 0;
  const partitions = Array.from({ length: count }, (_, partitionIndex) => ({
    partitionIndex,
    timestamp: at,
  }));
  const [found] = await admin.listOffsets({
    topics: [{ name: topic, partitions }],
    isolationLevel,
  });
  const offsets = Array.from({ length: count }, () => -1n);
  for (const { partitionIndex, offset } of found?.partitions ?? [])
    offsets[partitionIndex] = offset;
  return offsets;
}

/** Waits until no transaction is open in a topic: a commit is answered before readers see it. */
export async function untilSettled(admin: Admin, topic: string): Promise<void> {
  const endsAt = performance.now() + stalledMs;
  for (;;) {
    const [settled, all] = await Promise.all([
      offsetsAt(admin, topic, ends.latest),
      offsetsAt(admin, topic, ends.latest, 0),
    ]);
    if (all.every((offset, partition) => (settled[partition] ?? -1n) >= offset)) return;
    if (performance.now() > endsAt) {
      throw new Refusal(`a transaction on ${topic} is open for ${stalledMs / 1_000} s`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Every record that a topic has now, in the order of each partition, transactions settled. */
export async function readAll(
  access: KafkaAccess,
  admin: Admin,
  topic: string,
): Promise<KafkaRecord[]> {
  const [first, end] = await Promise.all([
    offsetsAt(admin, topic, ends.earliest),
    offsetsAt(admin, topic, ends.latest),
  ]);
  const wanted = end.flatMap((last, partition) =>
    last > (first[partition] ?? 0n) ? [{ partition, from: first[partition] ?? 0n, end: last }] : [],
  );
  if (wanted.length === 0) return [];
  const consumer = new Consumer({
    ...clientOptions(access),
    groupId: `events-${process.pid}-${Date.now()}`,
    autocommit: false,
    isolationLevel: readCommitted,
  });
  try {
    const stream = await consumer.consume({
      topics: [topic],
      mode: "manual",
      offsets: end.map((last, partition) => {
        const from = wanted.find((it) => it.partition === partition)?.from;
        return { topic, partition, offset: from ?? last };
      }),
      maxWaitTime: 250,
    });
    const records: KafkaRecord[] = [];
    let failure: Error | undefined;
    let movedAt = performance.now();
    stream.on("error", (error) => {
      failure = error;
    });
    stream.on("data", ({ partition, offset, timestamp, key, value, headers }) => {
      movedAt = performance.now();
      const named = [...headers].map(([name, content]) => [String(name), String(content)]);
      records.push({
        ...{ partition, offset, value: value ?? Buffer.alloc(0) },
        time: new Date(Number(timestamp)),
        key: key?.length ? key : undefined,
        headers: Object.fromEntries(named),
      });
    });
    const at = (partition: number) => stream.offsetsToFetch.get(`${topic}:${partition}`) ?? 0n;
    // Offsets count what no reader sees, too: marks of transactions.
    while (!wanted.every((it) => at(it.partition) >= it.end) || stream.readableLength > 0) {
      if (failure) throw failure;
      if (performance.now() - movedAt > stalledMs) {
        throw new Refusal(`${topic} could not be read to its end within ${stalledMs / 1_000} s`);
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
    const inRange = (record: KafkaRecord) => record.offset < (end[record.partition] ?? 0n);
    return records
      .filter(inRange)
      .sort((a, b) => a.partition - b.partition || Number(a.offset - b.offset));
  } finally {
    await consumer.close(true);
  }
}

/** Kafka's words for a failure; those of the client are around them. */
function reasonOf(error: unknown): string {
  const { message, cause, errors } = error as {
    message?: string;
    cause?: unknown;
    errors?: unknown[];
  };
  const inner = Array.isArray(errors) ? errors[0] : cause;
  return inner instanceof Error ? reasonOf(inner) : (message ?? String(error));
}
