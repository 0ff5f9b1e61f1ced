import { appIds, type ServiceContract, services } from "#apps/contracts/services.ts";
import type { TopicContract } from "#apps/contracts/topics.ts";
import { topics } from "#apps/contracts/topics.ts";

/** Runs something in a system that has a service more, `newcomer`, and a topic if it is new. */
export function withContracts<T>(
  use: { readonly publishes?: string; readonly subscribes?: string },
  run: () => T,
): T {
  const allServices = services as Record<string, ServiceContract>;
  const allTopics = topics as Record<string, TopicContract>;
  const ids = appIds as string[];
  const known = new Set(Object.keys(allTopics));
  for (const topic of Object.values(use)) allTopics[topic] ??= { ...newTopic };
  allServices.newcomer = {
    port: 8_100,
    publicPaths: [],
    publishes: (use.publishes ? [use.publishes] : []) as ServiceContract["publishes"],
    subscribes: use.subscribes ? { [use.subscribes]: "transactional" } : {},
    invokes: {},
    state: false,
    database: true,
    env: [],
  };
  ids.push("newcomer");
  try {
    return run();
  } finally {
    ids.pop();
    delete allServices.newcomer;
    for (const topic of Object.keys(allTopics)) if (!known.has(topic)) delete allTopics[topic];
  }
}

const newTopic: TopicContract = {
  partitions: { dev: 3, prod: 6 },
  retentionMs: 1_000,
  carries: "something new",
};
