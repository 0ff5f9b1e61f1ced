import type { StackSize } from "#apps/contracts/topics.ts";
import { ExternalKafka } from "#components/kafka/external-kafka.ts";
import { RedpandaKafka } from "#components/kafka/redpanda-kafka.ts";
import { StrimziKafka } from "#components/kafka/strimzi-kafka.ts";
import { userSpecs, viewerSpec } from "#components/kafka/users.ts";
import { CloudNativePg } from "#components/postgres/cloud-native-pg.ts";
import { ExternalPostgres } from "#components/postgres/external-postgres.ts";
import { ClusterRedis } from "#components/redis/cluster-redis.ts";
import { ExternalRedis } from "#components/redis/external-redis.ts";
import { password, placeOf } from "./samples.ts";

const admin = { username: "admin", password: password("admin") };
const ca = "-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n";
const provision = { image: "registry.example.com/provision@sha256:0", pullSecrets: ["registry"] };
const monitoring = [{ podSelector: { matchLabels: { app: "prometheus" } } }];
const clients = [{ podSelector: { matchLabels: { app: "console" } } }];
const image = "registry.example.com/server@sha256:0";

const givenUsers = Object.fromEntries(
  [...userSpecs(), viewerSpec].map(({ name }) => [name, admin]),
);

/** What keeps the data, each engine by itself: in dev with little, in prod with all there is. */
export const engines: Readonly<Record<string, (size: StackSize) => unknown>> = {
  "kafka, Strimzi": (size) =>
    new StrimziKafka("kafka", {
      place: placeOf(size),
      password,
      access: { clients, monitoring },
      operatorNamespace: "strimzi-system",
    }),
  "kafka, Redpanda": (size) =>
    new RedpandaKafka("kafka", {
      place: placeOf(size),
      password,
      access: { clients, monitoring },
      operatorNamespace: "redpanda-system",
      charts: { charts: {}, values: {} },
      pullSecrets: ["registry"],
    }),
  "kafka, external": (size) =>
    new ExternalKafka("kafka", {
      place: placeOf(size),
      password,
      brokers: ["kafka.example.com:9093"],
      mechanism: size === "prod" ? "SCRAM-SHA-512" : "PLAIN",
      tls: size === "prod" ? { ca } : "public",
      admin,
      users: size === "prod" ? "managed" : givenUsers,
      provision,
    }),
  "postgres, CloudNativePG": (size) =>
    new CloudNativePg("postgres", {
      place: placeOf(size),
      password,
      image,
      pullSecrets: ["registry"],
      operatorNamespace: "cnpg-system",
      monitoring,
      ...(size === "prod" && {
        backup: {
          destination: "s3://backups/todo",
          endpoint: "https://s3.example.com",
          retentionDays: 30,
          credentials: { accessKeyId: password("key-id"), secretAccessKey: password("key") },
        },
        restore: { from: "postgres", at: "2026-01-01T00:00:00Z" },
      }),
    }),
  "postgres, backups in a cloud": (size) =>
    new CloudNativePg("postgres", {
      place: placeOf(size),
      password,
      image,
      pullSecrets: [],
      operatorNamespace: "cnpg-system",
      monitoring: [],
      backup: {
        destination: size === "prod" ? "gs://backups/todo" : "https://example.com/backups",
        retentionDays: 7,
      },
    }),
  "postgres, external": (size) =>
    new ExternalPostgres("postgres", {
      place: placeOf(size),
      password,
      host: "postgres.example.com",
      port: 5432,
      database: "todo",
      admin,
      tls: size === "prod" ? { ca } : "public",
      provision,
    }),
  "redis, in the cluster": (size) =>
    new ClusterRedis("redis", {
      place: placeOf(size),
      password,
      image,
      pullSecrets: ["registry"],
      tls: size === "prod" ? "cert-manager" : false,
      clients,
    }),
  "redis, external": (size) =>
    new ExternalRedis("redis", {
      place: placeOf(size),
      host: "redis.example.com",
      port: 6380,
      username: "todo",
      password: password("redis"),
      tls: size === "prod" ? { ca } : "public",
    }),
};
