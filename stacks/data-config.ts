import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import {
  azureManagedRedis,
  blobStorage,
  eventHubs,
  flexibleServer,
  keyVault,
} from "#infra/managed/settings/azure.ts";
import {
  cloudSql,
  cloudStorage,
  googleManagedKafka,
  memorystore,
  secretManager,
} from "#infra/managed/settings/google.ts";
import {
  ociCache,
  ociObjectStorage,
  ociPostgresql,
  ociStreaming,
  ociVault,
} from "#infra/managed/settings/oci.ts";

/** Set with `--secret`; a secret from here on, so that it is encrypted in the state. */
const secret = z
  .string()
  .min(1)
  .transform((value) => pulumi.secret(value));
export const given = <T extends z.ZodType>(schema: T) => schema.optional();

/** Encrypted by a public authority, by one of its own (PEM), or not at all. */
const tls = z.union([z.literal("public"), z.literal(false), z.strictObject({ ca: z.string() })]);

/** What is set of it, and nothing that is not: with that, defaults are laid under. */
const set = <Value extends object>(value: Value) =>
  Object.fromEntries(Object.entries(value).filter(([, it]) => it !== undefined)) as {
    [Key in keyof Value]?: Exclude<Value[Key], undefined>;
  };

const positive = given(z.int().min(1));

/** What is to be other than the default of the size; components/kafka/tuning.ts has them. */
const kafkaTuning = z.strictObject({
  topics: given(
    z.record(
      z.string(),
      z.strictObject({ partitions: positive, retentionHours: given(z.number().min(1)) }),
    ),
  ),
  storage: given(z.string()),
  socketSendBufferBytes: positive,
  socketReceiveBufferBytes: positive,
  socketRequestMaxBytes: positive,
  networkThreads: positive,
  ioThreads: positive,
});

const topicsTuning = kafkaTuning.pick({ topics: true }).transform(set).default({});
const mechanism = z.enum(["SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN"]);
const user = z.strictObject({ username: z.string().min(1), password: secret });

export const kafka = z.discriminatedUnion("engine", [
  z.strictObject({
    engine: z.literal("strimzi"),
    tuning: kafkaTuning.transform(set).default({}),
  }),
  z.strictObject({
    engine: z.literal("redpanda"),
    tuning: kafkaTuning.transform(set).default({}),
  }),
  z.strictObject({
    engine: z.literal("external"),
    brokers: z.array(z.string().regex(/^.+:\d+$/, "must be host:port")).min(1),
    mechanism: mechanism.default("SCRAM-SHA-512"),
    tls: tls.default("public"),
    admin: user,
    /** `managed`: one user with ACLs for each service is made; `given`: they are in `users`. */
    accounts: z.enum(["managed", "given"]).default("managed"),
    users: z.record(z.string(), user).default({}),
    tuning: topicsTuning,
  }),
  // Made by this program in the cluster's cloud, as all engines of infra/managed.
  eventHubs.extend({ tuning: topicsTuning }),
  googleManagedKafka.safeExtend({ tuning: topicsTuning }),
  ociStreaming.extend({ tuning: topicsTuning }),
]);

const retentionDays = z.int().min(1).default(30);
/** A store with an address, or one that is made in the cluster's cloud. */
const backup = z.union([
  z.strictObject({
    destination: z.string().regex(/^(s3|gs|azure|https):\/\//),
    endpoint: given(z.string()),
    retentionDays,
    accessKeyId: given(secret),
    secretAccessKey: given(secret),
  }),
  blobStorage.extend({ retentionDays }),
  cloudStorage.extend({ retentionDays }),
  ociObjectStorage.extend({ retentionDays }),
]);

export const postgres = z.discriminatedUnion("engine", [
  z.strictObject({
    engine: z.literal("cloudnative-pg"),
    storage: given(z.string()),
    /** Continuous backup to an object store. */
    backup: given(backup),
    /** Start from a backup, as it was at a time (RFC 3339). */
    restore: given(z.strictObject({ from: z.string(), at: given(z.iso.datetime()) })),
  }),
  z.strictObject({
    engine: z.literal("external"),
    host: z.string().min(1),
    port: z.int().min(1).max(65_535).default(5_432),
    database: z.string().default("todo"),
    admin: user,
    tls: tls.default("public"),
  }),
  flexibleServer,
  cloudSql,
  ociPostgresql,
]);

export const redis = z.discriminatedUnion("engine", [
  z.strictObject({
    engine: z.literal("cluster"),
    /** By cert-manager, between the sidecars and Redis. */
    tls: z.boolean().default(true),
  }),
  z.strictObject({
    engine: z.literal("external"),
    host: z.string().min(1),
    port: z.int().min(1).max(65_535).default(6_379),
    username: z.string().default("default"),
    password: secret,
    tls: tls.default("public"),
  }),
  azureManagedRedis,
  memorystore,
  ociCache,
]);

/** Where sidecars look up the secrets of their components. */
export const secrets = z.discriminatedUnion("store", [
  z.strictObject({ store: z.literal("kubernetes") }),
  keyVault,
  secretManager,
  ociVault,
]);

/** A mail server, by its address; needed as soon as a service of the map sends mail. */
export const mail = z
  .strictObject({
    host: z.string().min(1),
    /** On 465 everything is encrypted; on others as soon as the server offers it. */
    port: z.int().min(1).max(65_535).default(587),
    from: z.email(),
    username: given(z.string().min(1)),
    password: given(secret),
    /** Whether its certificate must be one of a public authority. */
    tls: z.enum(["public", "unverified"]).default("public"),
  })
  .refine(({ username, password }) => (username === undefined) === (password === undefined), {
    path: ["password"],
    message: "goes with username: set both or neither",
  });
