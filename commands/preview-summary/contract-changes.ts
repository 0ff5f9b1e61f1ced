import { type CurrentSchema, type JsonSchema, planRelease } from "#apps/contracts/released.ts";
import type { TopicContract } from "#apps/contracts/topics.ts";

/** What there is of the contracts at one commit. */
export type ContractsSnapshot = {
  readonly services: readonly string[];
  readonly topics: Readonly<Record<string, TopicContract>>;
  /** Released schemas by the name of their file. */
  readonly released: Readonly<Record<string, JsonSchema>>;
  /** Schemas as the code has them. */
  readonly current: readonly CurrentSchema[];
};

/** What a change does to the contracts; each entry a sentence's worth of text. */
export type ContractChanges = {
  /** Would break a consumer or an event that is still in its topic. */
  readonly incompatible: readonly string[];
  /** Schemas that only gained, as file names. */
  readonly extended: readonly string[];
  readonly shrinking: readonly string[];
  readonly added: readonly string[];
  readonly removed: readonly string[];
};

/**
 * Sets the contracts of a change against those it is proposed to. What counts as released is what
 * was released *there*: a copy that the change itself rewrites does not make it compatible.
 */
export function contractChanges(
  before: ContractsSnapshot,
  after: ContractsSnapshot,
): ContractChanges {
  const { writes, refusals } = planRelease(new Map(Object.entries(before.released)), after.current);
  const [lost, gained] = [
    without(before.topics, after.topics),
    without(after.topics, before.topics),
  ];
  return {
    incompatible: [
      ...refusals,
      ...lost.map((topic) => `${topic}: the topic is removed, with every event that is in it`),
    ],
    extended: [...writes.keys()],
    shrinking: Object.keys(before.topics).flatMap((topic) => shrunk(topic, before, after)),
    added: [
      ...gained.map((topic) => `topic ${topic}`),
      ...after.services
        .filter((one) => !before.services.includes(one))
        .map((it) => `service ${it}`),
    ],
    removed: [
      ...lost.map((topic) => `topic ${topic}`),
      ...before.services
        .filter((one) => !after.services.includes(one))
        .map((it) => `service ${it}`),
    ],
  };
}

function shrunk(topic: string, before: ContractsSnapshot, after: ContractsSnapshot): string[] {
  const [was, is] = [before.topics[topic], after.topics[topic]];
  if (!was || !is) return [];
  const sizes = Object.keys(was.partitions) as (keyof typeof was.partitions)[];
  return [
    ...sizes
      .filter((size) => is.partitions[size] < was.partitions[size])
      .map(
        (size) =>
          `${topic}: partitions (${size}) from ${was.partitions[size]} to ${is.partitions[size]}`,
      ),
    ...(is.retentionMs < was.retentionMs
      ? [`${topic}: kept for ${hours(is.retentionMs)} instead of ${hours(was.retentionMs)}`]
      : []),
  ];
}

const hours = (milliseconds: number): string => `${milliseconds / 3_600_000} h`;

const without = (all: object, others: object): string[] =>
  Object.keys(all).filter((name) => !(name in others));
