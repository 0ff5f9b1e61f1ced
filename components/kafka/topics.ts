import { appIds, deadLettersOf } from "#apps/contracts/services.ts";
import type { StackSize, TopicContract } from "#apps/contracts/topics.ts";
import { deadLetterContract, topics } from "#apps/contracts/topics.ts";
import { largestDeadLetterBytes, largestMessageBytes } from "#components/dapr/components.ts";
import type { Durability, TopicsTuning, TopicTuning } from "./tuning.ts";
import { durabilityOf, requireTopics } from "./tuning.ts";

/** A topic as a broker makes it. */
export type TopicSpec = {
  readonly name: string;
  readonly partitions: number;
  /** -1 leaves it to the brokers. */
  readonly replicas: number;
  readonly config: Readonly<Record<string, string>>;
};

const hourMs = 3_600_000;

/**
 * Every topic of the system by the contracts, dead-letter topics of all services included. Tuning
 * lies over the contracts; brokers of a cloud may want to decide over copies themselves.
 * @throws RunError when the tuning names a topic that there is not
 */
export function topicSpecs(
  size: StackSize,
  tuning: TopicsTuning = {},
  durability: Durability | "brokers" = durabilityOf[size],
): TopicSpec[] {
  const contracts: (readonly [string, TopicContract, number])[] = [
    ...Object.entries(topics).map(
      ([name, contract]) => [name, contract, largestMessageBytes] as const,
    ),
    ...appIds
      .flatMap(deadLettersOf)
      .map((name) => [name, deadLetterContract, largestDeadLetterBytes] as const),
  ];
  const names = contracts.map(([name]) => name);
  requireTopics(tuning, names);
  return contracts.map(([name, contract, largestBytes]) =>
    specOf(name, tuned(contract, size, tuning[name]), largestBytes, durability),
  );
}

type Tuned = { readonly partitions: number; readonly retentionMs: number };

const tuned = (contract: TopicContract, size: StackSize, tuning: TopicTuning = {}): Tuned => ({
  partitions: tuning.partitions ?? contract.partitions[size],
  retentionMs:
    tuning.retentionHours === undefined ? contract.retentionMs : tuning.retentionHours * hourMs,
});

const specOf = (
  name: string,
  { partitions, retentionMs }: Tuned,
  largestBytes: number,
  durability: Durability | "brokers",
): TopicSpec => ({
  name,
  partitions,
  replicas: durability === "brokers" ? -1 : durability.replicas,
  config: {
    "cleanup.policy": "delete",
    "retention.ms": String(retentionMs),
    ...(durability !== "brokers" && { "min.insync.replicas": String(durability.inSync) }),
    "max.message.bytes": String(largestBytes),
  },
});
