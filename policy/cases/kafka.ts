import type { Cases } from "./case.ts";
import { chart, deployment, dev, object, prod, registered } from "./case.ts";

const listener = { name: "tls", type: "internal", tls: true, authentication: { type: "scram" } };
const kafka = (changes: object, authorization: object | undefined = { type: "simple" }) =>
  object("kafka.strimzi.io/v1:Kafka", "kafka", {
    spec: { kafka: { listeners: [{ ...listener, ...changes }], authorization } },
  });
const component = (type: string, values: Record<string, string | object>, scopes = ["backend"]) =>
  object("dapr.io/v1alpha1:Component", "component", {
    spec: {
      type,
      metadata: Object.entries(values).map(([name, value]) =>
        typeof value === "string" ? { name, value } : { name, ...value },
      ),
    },
    scopes,
  });
const user = (name: string, acl: object) =>
  object("kafka.strimzi.io/v1:KafkaUser", name, { spec: { authorization: { acls: [acl] } } });
const topic = (name: string) => ({ type: "topic", name, patternType: "literal" });
const byEnvironment = component("pubsub.kafka", { saslUsername: { envRef: "KAFKA_USERNAME" } }, [
  "backend",
  "audit",
]);
const sasl = { authType: "password", disableTls: "false" };

const ofEventHubs = (name: string, secret: string) =>
  deployment({
    name,
    annotations: {
      "dapr.io/env": "KAFKA_USERNAME=$ConnectionString",
      "dapr.io/env-from-secret": `KAFKA_PASSWORD=${secret}:password`,
    },
  });

export const kafkaCases: Cases = {
  "kafka-is-encrypted": {
    rejects: [
      {
        when: "a listener is plain",
        resources: [kafka({ tls: false })],
        says: "Kafka todo/kafka speaks in clear on its listener tls",
      },
      {
        when: "Redpanda's TLS is turned off",
        resources: [chart("redpanda", { values: { tls: { enabled: false } } })],
        says: "speaks in clear",
      },
    ],
    accepts: [
      { when: "listeners speak TLS", resources: [kafka({}), chart("redpanda", { values: {} })] },
    ],
  },
  "kafka-knows-its-users": {
    rejects: [
      {
        when: "a listener asks nobody",
        resources: [kafka({ authentication: undefined })],
        says: "lets in anyone by its listener tls",
      },
      {
        when: "nothing is authorized",
        resources: [
          object("kafka.strimzi.io/v1:Kafka", "kafka", {
            spec: { kafka: { listeners: [listener] } },
          }),
        ],
        says: "lets every user do everything",
      },
      {
        when: "Redpanda is left as it comes",
        resources: [chart("redpanda", { values: {} })],
        says: "lets in anyone (auth.sasl)",
      },
    ],
    accepts: [
      {
        when: "users are asked for and looked up",
        resources: [
          kafka({}),
          chart("redpanda", { values: { auth: { sasl: { enabled: true } } } }),
        ],
      },
    ],
  },
  "sidecars-reach-their-data-safely": {
    rejects: [
      {
        when: "the sidecar says no name",
        resources: [component("pubsub.kafka", { authType: "none" })],
        settings: dev,
        says: "comes to Kafka as nobody",
      },
      {
        when: "the sidecar trusts any certificate",
        resources: [component("pubsub.kafka", { ...sasl, skipVerify: "true" })],
        settings: dev,
        says: "trusts whoever answers",
      },
      {
        when: "in prod Kafka is spoken to in clear",
        resources: [component("pubsub.kafka", { ...sasl, disableTls: "true" })],
        settings: prod,
        says: "Component todo/component speaks in clear",
      },
      {
        when: "in prod Redis is spoken to in clear",
        resources: [component("state.redis", {})],
        settings: prod,
        says: "speaks in clear",
      },
    ],
    accepts: [
      {
        when: "it says its name and speaks TLS",
        resources: [
          component("pubsub.kafka", sasl),
          component("state.redis", { enableTLS: "true" }),
        ],
        settings: prod,
      },
      {
        when: "in dev the broker is plain",
        resources: [component("pubsub.kafka", { ...sasl, disableTls: "true" })],
        settings: dev,
      },
    ],
  },
  "kafka-rights-are-narrow": {
    rejects: [
      {
        when: "a user may read every topic",
        resources: [user("a", { resource: topic("*"), operations: ["Read"] })],
        says: "KafkaUser todo/a may Read every topic",
      },
      {
        when: "a prefix is none",
        resources: [user("a", { resource: topic(""), operations: ["Write", "Describe"] })],
        says: "may Write, Describe every topic",
      },
      {
        when: "a user may do everything",
        resources: [user("a", { resource: topic("task-events"), operations: ["All"] })],
        says: "may do everything with topic task-events",
      },
      {
        when: "it is a user of Redpanda",
        resources: [
          object("cluster.redpanda.com/v1alpha2:User", "a", {
            spec: { authorization: { acls: [{ resource: topic("*"), operations: ["Write"] }] } },
          }),
        ],
        says: "may Write every topic",
      },
      {
        when: "it is a user of the local stack",
        resources: [
          registered("host:index:KafkaUser", "a", {
            acls: [{ resourceType: "group", name: "*", operations: ["Read"] }],
          }),
        ],
        says: "host:index:KafkaUser a may Read every group",
      },
    ],
    accepts: [
      {
        when: "topics and operations are named",
        resources: [user("a", { resource: topic("task-events"), operations: ["Read"] })],
      },
      {
        when: "a user only sees what there is",
        resources: [user("a", { resource: topic("*"), operations: ["Describe"] })],
      },
    ],
  },
  "services-have-a-kafka-user-each": {
    rejects: [
      {
        when: "the component has one user for all",
        resources: [component("pubsub.kafka", { saslUsername: "todo" }, ["backend", "audit"])],
        says: "has one Kafka user for all its services",
      },
      {
        when: "two services are told the same",
        resources: [byEnvironment, deployment(), deployment({ name: "audit" })],
        says: "Deployment todo/audit shares the Kafka user backend with Deployment todo/backend",
      },
      {
        when: "two services have one key of Event Hubs",
        resources: [byEnvironment, ofEventHubs("backend", "one"), ofEventHubs("audit", "one")],
        says: "Deployment todo/audit shares the Kafka user of KAFKA_PASSWORD=one:password with",
      },
      {
        when: "there is no such user",
        resources: [
          byEnvironment,
          deployment(),
          user("audit", { resource: topic("a"), operations: ["Read"] }),
        ],
        says: "comes to Kafka as backend, a user that the stack does not make",
      },
    ],
    accepts: [
      {
        when: "each has its own",
        resources: [
          byEnvironment,
          deployment(),
          deployment({ name: "audit", annotations: { "dapr.io/env": "KAFKA_USERNAME=audit" } }),
        ],
      },
      {
        when: "each has its own key of Event Hubs",
        resources: [byEnvironment, ofEventHubs("backend", "one"), ofEventHubs("audit", "other")],
      },
    ],
  },
};
