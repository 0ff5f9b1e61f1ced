import type { TopicSpec } from "#components/kafka/topics.ts";

/** What our program asks of a broker, besides sending and receiving. */
export type BrokerCall = keyof typeof lostWithout;

/** What is lost without a call that not every broker has; no service needs one of them. */
const lostWithout = {
  transactions: "`npm run events -- redrive` and `discard` are refused",
  "delete-records":
    "dead letters that were dealt with stay until their time is over, and alerts count them",
} as const;

/** What one broker, of one tier and size, can hold, and what it cannot do. */
export type BrokerLimits = {
  /** As people call it, with its tier and size. */
  readonly broker: string;
  /** The documentation in which the vendor says so. */
  readonly source: string;
  readonly topics: number;
  readonly partitionsOfTopic: number;
  readonly partitions: number;
  readonly retentionHours: number;
  /** The largest record that it takes. */
  readonly recordBytes: number;
  /** Users with rights of their own. */
  readonly users: number;
  /** Groups that may read one topic; absent where the vendor names no limit. */
  readonly groupsOfTopic?: number;
  readonly cleanupPolicies: readonly string[];
  readonly mechanisms: readonly string[];
  readonly lacks: readonly BrokerCall[];
};

/** What a stack is going to ask of its broker. */
export type BrokerNeeds = {
  readonly topics: readonly TopicSpec[];
  readonly users: number;
  readonly mechanism: string;
};

/**
 * Why a broker cannot serve a stack: a sentence each, with what it is, what is needed, the remedy
 * and the source; none where it can. Pure, so that it is said before anything is made.
 */
export function brokerFaults(limits: BrokerLimits, needs: BrokerNeeds, remedy: string): string[] {
  const { topics } = needs;
  const total = topics.reduce((sum, { partitions }) => sum + partitions, 0);
  const tooWide = topics.filter(({ partitions }) => partitions > limits.partitionsOfTopic);
  const tooLong = topics.filter((topic) => hoursOf(topic) > limits.retentionHours);
  const otherwise = topics.filter(
    ({ config }) => !limits.cleanupPolicies.includes(config["cleanup.policy"] ?? "delete"),
  );
  const faults = [
    ...over("topics", topics.length, limits.topics),
    ...over("partitions", total, limits.partitions),
    ...over("users", needs.users, limits.users),
    // Every user reads in one group of its own.
    ...over("groups that read a topic", needs.users, limits.groupsOfTopic ?? needs.users),
    ...tooWide.map(
      ({ name, partitions }) =>
        `a topic has at most ${limits.partitionsOfTopic} partitions, ${name} needs ${partitions}`,
    ),
    ...tooLong.map(
      (topic) =>
        `records are kept for at most ${limits.retentionHours} h, ` +
        `${topic.name} needs ${hoursOf(topic)} h`,
    ),
    ...otherwise.map(
      ({ name, config }) => `${name} needs cleanup.policy ${config["cleanup.policy"]}`,
    ),
    ...(limits.mechanisms.includes(needs.mechanism)
      ? []
      : [`SASL ${needs.mechanism} is not among ${limits.mechanisms.join(", ")}`]),
  ];
  return faults.map((fault) => `${limits.broker}: ${fault}. ${remedy} Source: ${limits.source}`);
}

/** What the operator has to do without on this broker: a line each, for whoever runs the stack. */
export const brokerLosses = ({ broker, lacks, source }: BrokerLimits): string[] =>
  lacks.map((call) => `${broker} has no ${call}: ${lostWithout[call]}. Source: ${source}`);

const over = (what: string, needed: number, most: number): string[] =>
  needed > most ? [`there are at most ${most} ${what}, the contracts need ${needed}`] : [];

const hoursOf = ({ config }: TopicSpec): number => Number(config["retention.ms"]) / 3_600_000;
