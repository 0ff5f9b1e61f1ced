import * as pulumi from "@pulumi/pulumi";
import type { StackSize } from "#apps/contracts/topics.ts";

/** What an operator may want to be other of one topic than its contract says. */
export type TopicTuning = {
  /** Can be raised later, never lowered. */
  readonly partitions?: number | undefined;
  readonly retentionHours?: number | undefined;
};

/** By name of the topic, dead-letter topics included. */
export type TopicsTuning = Readonly<Record<string, TopicTuning>>;

/** How many brokers hold each record, and how many of them must have it before it counts. */
export type Durability = { readonly replicas: number; readonly inSync: number };

/** What an operator may want to be other of the brokers, with units. */
export type KafkaTuning = {
  readonly topics: TopicsTuning;
  /** Of the volume of each broker. */
  readonly storage: string;
  /** Of the operating system, per connection; more is for long distances. */
  readonly socketSendBufferBytes: number;
  readonly socketReceiveBufferBytes: number;
  /** The largest request that a broker reads: a batch of records. */
  readonly socketRequestMaxBytes: number;
  /** Threads of a broker that read from and write to the network, and to disk. */
  readonly networkThreads: number;
  readonly ioThreads: number;
};

export const durabilityOf: Record<StackSize, Durability> = {
  dev: { replicas: 1, inSync: 1 },
  prod: { replicas: 3, inSync: 2 },
};

export const defaultKafkaTuning: Record<StackSize, KafkaTuning> = {
  dev: {
    topics: {},
    storage: "5Gi",
    socketSendBufferBytes: 102_400,
    socketReceiveBufferBytes: 102_400,
    socketRequestMaxBytes: 104_857_600,
    networkThreads: 2,
    ioThreads: 4,
  },
  prod: {
    topics: {},
    storage: "100Gi",
    socketSendBufferBytes: 1_048_576,
    socketReceiveBufferBytes: 1_048_576,
    socketRequestMaxBytes: 104_857_600,
    networkThreads: 4,
    ioThreads: 8,
  },
};

/**
 * Refuses tuning of what there is not.
 * @throws RunError that names the topic and those there are
 */
export function requireTopics(tuning: TopicsTuning, names: readonly string[]): void {
  const unknown = Object.keys(tuning).filter((name) => !names.includes(name));
  if (unknown.length === 0) return;
  throw new pulumi.RunError(
    `Tuning of Kafka names the topic ${unknown.join(", ")}, which no contract has. ` +
      `There are: ${names.join(", ")}.`,
  );
}
