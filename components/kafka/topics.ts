import { appIds, deadLettersOf } from "#apps/contracts/services.ts";
import type { StackSize, TopicContract } from "#apps/contracts/topics.ts";
import { deadLetterContract, topics } from "#apps/contracts/topics.ts";
import { largestDeadLetterBytes, largestMessageBytes } from "#components/dapr/components.ts";

/** A topic as a broker makes it. */
export type TopicSpec = {
  readonly name: string;
  readonly partitions: number;
  readonly replicas: number;
  readonly config: Readonly<Record<string, string>>;
};

const replicas: Record<StackSize, { replicas: number; inSync: number }> = {
  dev: { replicas: 1, inSync: 1 },
  prod: { replicas: 3, inSync: 2 },
};

/** Every topic of the system by the contracts, dead-letter topics of all services included. */
export const topicSpecs = (size: StackSize): TopicSpec[] => [
  ...Object.entries(topics).map(([name, contract]) =>
    specOf(name, contract, size, largestMessageBytes),
  ),
  ...appIds.flatMap((appId) =>
    deadLettersOf(appId).map((name) =>
      specOf(name, deadLetterContract, size, largestDeadLetterBytes),
    ),
  ),
];

const specOf = (
  name: string,
  contract: TopicContract,
  size: StackSize,
  largestBytes: number,
): TopicSpec => ({
  name,
  partitions: contract.partitions[size],
  replicas: replicas[size].replicas,
  config: {
    "cleanup.policy": "delete",
    "retention.ms": String(contract.retentionMs),
    "min.insync.replicas": String(replicas[size].inSync),
    "max.message.bytes": String(largestBytes),
  },
});
