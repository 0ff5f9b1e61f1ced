import * as pulumi from "@pulumi/pulumi";
import type { DaprFacts } from "#components/dapr/facts.ts";
import type { Kafka } from "#components/kafka/kafka.ts";
import type { DatabaseAccess } from "#components/postgres/postgres.ts";
import type { Redis } from "#components/redis/redis.ts";

/** A Kafka such as an engine returns, for those components that only use it. */
export const kafka: Kafka = {
  brokers: pulumi.output("kafka:9093"),
  version: "3.9.0",
  mechanism: "SCRAM-SHA-512",
  tls: { caCertificate: { name: "kafka-ca", key: "ca.crt" } },
  userOf: (appId) => ({ username: appId, password: { name: `${appId}-kafka`, key: "password" } }),
  viewer: { username: "viewer", password: { name: "viewer-kafka", key: "password" } },
  ready: [],
  reach: { peers: [], ports: [9093] },
};

/** A Redis such as an engine returns. */
export const redis: Redis = {
  accessFor: (appId) => ({
    url: { name: `${appId}-redis`, key: "url" },
    caCertificate: { name: "redis-ca", key: "ca.crt" },
  }),
  address: pulumi.output("redis:6379"),
  username: "todo",
  password: { name: "redis", key: "password" },
  passwordText: pulumi.secret("password"),
  tls: { caCertificate: { name: "redis-ca", key: "ca.crt" } },
  ready: [],
  reach: { peers: [], ports: [6379] },
};

/** A way into PostgreSQL such as an engine returns. */
export const database: DatabaseAccess = {
  url: { name: "database", key: "url" },
  caCertificate: { name: "postgres-ca", key: "ca.crt" },
  ready: [],
};

/** What a cluster's stack tells of its building blocks. */
export const daprFacts: DaprFacts = {
  namespace: "todo",
  trustDomain: "public",
  controlPlane: {
    trustDomain: "cluster.local",
    sentryAddress: "dapr-sentry.dapr-system.svc.cluster.local:443",
  },
  kafka: {
    brokers: "kafka:9093",
    version: "3.9.0",
    mechanism: "SCRAM-SHA-512",
    tls: { caCertificate: { secret: { name: "kafka-ca", key: "ca.crt" } } },
  },
  redis: {
    address: "redis:6379",
    username: "todo",
    password: { secret: { name: "redis", key: "password" } },
    tls: true,
  },
  mail: {
    host: "smtp.example.com",
    port: 587,
    from: "todo@example.com",
    account: { username: "todo", password: { secret: { name: "mail", key: "password" } } },
    verified: true,
  },
  secretStore: "kubernetes",
  tracing: { samplingRate: 0.1, zipkinEndpoint: "http://zipkin:9411/api/v2/spans" },
};
