import type { Cases } from "./case.ts";
import { dev, object, prod } from "./case.ts";

const topic = (replicas: number, inSync: string) =>
  object("kafka.strimzi.io/v1:KafkaTopic", "task-events", {
    spec: { replicas, config: { "min.insync.replicas": inSync } },
  });
const redpanda = (replicationFactor: number) =>
  object("cluster.redpanda.com/v1alpha2:Topic", "task-events", { spec: { replicationFactor } });

export const topicCases: Cases = {
  "topics-survive-a-broker": {
    rejects: [
      {
        when: "there are too few replicas",
        resources: [topic(2, "2")],
        settings: prod,
        says: "KafkaTopic todo/task-events has 2 of the three replicas that outlive a broker",
      },
      {
        when: "one broker may acknowledge alone",
        resources: [topic(3, "1")],
        settings: prod,
        says: "is acknowledged when a single broker has it",
      },
      {
        when: "all brokers must be there",
        resources: [topic(3, "3")],
        settings: prod,
        says: "cannot be written with one broker away",
      },
      {
        when: "it is Redpanda's",
        resources: [redpanda(1)],
        settings: prod,
        says: "has 1 of the three replicas",
      },
    ],
    accepts: [
      { when: "one broker may go", resources: [topic(3, "2"), redpanda(3)], settings: prod },
      { when: "there is one broker only, in dev", resources: [topic(1, "1")], settings: dev },
    ],
  },
};
