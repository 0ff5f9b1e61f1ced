import type { Cases } from "./case.ts";
import { object } from "./case.ts";

const subscription = (changes: object = {}) =>
  object("dapr.io/v2alpha1:Subscription", "audit-task-events", {
    spec: { pubsubname: "kafka-pubsub", topic: "task-events" },
    scopes: ["audit"],
    ...changes,
  });
const topic = (name: string) =>
  object("kafka.strimzi.io/v1:KafkaTopic", name, { spec: { partitions: 3 } });
const resiliency = (retry: object, scopes?: string[]) =>
  object("dapr.io/v1alpha1:Resiliency", "delivery", {
    spec: {
      policies: { retries: { again: retry } },
      targets: { components: { "kafka-pubsub": { inbound: { retry: "again" } } } },
    },
    ...(scopes && { scopes }),
  });
const endless = { policy: "constant", duration: "1s", maxRetries: -1 };

export const deliveryCases: Cases = {
  "failed-events-have-a-place": {
    rejects: [
      {
        when: "there is no dead-letter topic",
        resources: [subscription(), topic("task-events")],
        says: "Subscription todo/audit-task-events has no dead-letter topic: there is no task-events.audit.dlq",
      },
      {
        when: "there is only that of another service",
        resources: [subscription(), topic("task-events.sync.dlq")],
        says: "there is no task-events.audit.dlq",
      },
    ],
    accepts: [
      {
        when: "there is one, under whatever name of the object",
        resources: [
          subscription(),
          object("kafka.strimzi.io/v1:KafkaTopic", "a", {
            spec: { topicName: "task-events.audit.dlq" },
          }),
        ],
      },
      {
        when: "the subscription is ephemeral",
        resources: [
          subscription({ metadata: { annotations: { "todo-evolution/effect": "ephemeral" } } }),
          topic("task-events"),
        ],
      },
      { when: "another one makes the topics", resources: [subscription()] },
    ],
  },
  "sidecars-set-nothing-aside": {
    rejects: [
      {
        when: "the sidecar has a dead-letter topic",
        resources: [subscription({ spec: { topic: "task-events", deadLetterTopic: "dead" } })],
        says: "hands to dead what it could not deliver, without an error",
      },
    ],
    accepts: [{ when: "it has none", resources: [subscription()] }],
  },
  "deliveries-do-not-end": {
    rejects: [
      {
        when: "there is no policy",
        resources: [subscription()],
        says: "is delivered to audit with the sidecar's few tries only",
      },
      {
        when: "the policy is for other services",
        resources: [subscription(), resiliency(endless, ["backend"])],
        says: "is delivered to audit with the sidecar's few tries only",
      },
      {
        when: "the policy ends after three tries",
        resources: [subscription(), resiliency({ ...endless, maxRetries: 3 })],
        says: "is given up after the tries of delivery (again)",
      },
      {
        when: "the policy backs off, and so ends after a quarter of an hour",
        resources: [subscription(), resiliency({ ...endless, policy: "exponential" })],
        says: "is given up after the tries of delivery",
      },
    ],
    accepts: [
      {
        when: "it is tried without end",
        resources: [subscription(), resiliency(endless, ["audit"])],
      },
    ],
  },
};
