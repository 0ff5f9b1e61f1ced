import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { stateStores } from "#apps/contracts/dapr.ts";
import { type ChartName, chartSources } from "#components/charts.ts";
import { type ImageName, images } from "#components/images.ts";
import { clusterConfig } from "#infra/clusters/config.ts";
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
import { rateLimits } from "./rate-limits.ts";

const label = z.string().regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, "must be a DNS label");
const size = z.enum(["dev", "prod"]);
/** Set with `--secret`; a secret from here on, so that it is encrypted in the state. */
const secret = z
  .string()
  .min(1)
  .transform((value) => pulumi.secret(value));
const given = <T extends z.ZodType>(schema: T) => schema.optional();

/** Encrypted by a public authority, by one of its own (PEM), or not at all. */
const tls = z.union([z.literal("public"), z.literal(false), z.strictObject({ ca: z.string() })]);

const operatorMode = z.enum(["install", "reuse", "none"]);
const imageNames = Object.keys(images) as [ImageName, ...ImageName[]];
const operatorNames = Object.keys(chartSources) as [ChartName, ...ChartName[]];

const platform = z.strictObject({
  /** `own` brings its operators; `shared` counts on those of another stack and leaves them alone. */
  mode: z.enum(["own", "shared"]).default("own"),
  /** Where one operator is to be otherwise than the mode says. */
  operators: z.partialRecord(z.enum(operatorNames), operatorMode).default({}),
  /** Charts from a mirror or a folder. */
  charts: z
    .partialRecord(
      z.enum(operatorNames),
      z.strictObject({
        chart: z.string(),
        version: given(z.string()),
        repository: given(z.string()),
      }),
    )
    .default({}),
  /** Values laid over those of a chart, as the images of a mirror. */
  values: z.partialRecord(z.enum(operatorNames), z.record(z.string(), z.unknown())).default({}),
});

const ownImages = z.discriminatedUnion("from", [
  /** Built by this program and handed to the cluster in its own way. */
  z.strictObject({ from: z.literal("source"), base: given(z.string()) }),
  /** Built elsewhere, as by a pipeline. */
  z.strictObject({
    from: z.literal("registry"),
    registry: z.string().min(1),
    tag: z.string().min(1),
    pullSecrets: z.array(z.string()).default([]),
  }),
]);

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

const kafka = z.discriminatedUnion("engine", [
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

const postgres = z.discriminatedUnion("engine", [
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

const redis = z.discriminatedUnion("engine", [
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
const secrets = z.discriminatedUnion("store", [
  z.strictObject({ store: z.literal("kubernetes") }),
  keyVault,
  secretManager,
  ociVault,
]);

/** A mail server, by its address; needed as soon as a service of the map sends mail. */
const mail = z
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

const issuer = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("self-signed") }),
  z.strictObject({
    kind: z.literal("acme"),
    server: z.url().default("https://acme-v02.api.letsencrypt.org/directory"),
    email: z.email(),
  }),
  z.strictObject({
    kind: z.literal("given"),
    name: z.string(),
    cluster: z.boolean().default(true),
  }),
]);

const ingress = z.strictObject({
  enabled: z.boolean().default(true),
  host: z.string().default("todo.localhost"),
  issuer: issuer.default({ kind: "self-signed" }),
});

const observability = z.strictObject({
  /** `none` where another one watches the cluster: then there are no rules and no dashboards. */
  prometheus: operatorMode.default("install"),
  /** Collector and Zipkin. */
  tracing: z.boolean().default(true),
  /** Share of traces that are kept; by default all in dev, a tenth in prod. */
  sampling: given(z.number().min(0).max(1)),
  kafkaConsole: z.boolean().default(true),
  daprDashboard: z.boolean().default(false),
  /** Where runbooks.md is read, which every alert points to. */
  runbooks: given(z.url()),
});

/** All that can be said of a stack on Kubernetes. */
export const kubernetesConfig = z.strictObject({
  cluster: clusterConfig,
  size,
  /** Of the services and their data; each stack of a cluster has its own. */
  namespace: label.default("todo"),
  platform: platform.prefault({}),
  images: ownImages.default({ from: "source" }),
  kafka: kafka.default({ engine: "strimzi", tuning: {} }),
  postgres: postgres.default({ engine: "cloudnative-pg" }),
  redis: redis.default({ engine: "cluster", tls: true }),
  /** What keeps the state of the services. */
  stateStore: z.enum(stateStores).default("redis"),
  secrets: secrets.default({ store: "kubernetes" }),
  mail: given(mail),
  ingress: ingress.prefault({}),
  observability: observability.prefault({}),
  /** Whether volumes outlive the stack, and data cannot be deleted by mistake. By default in prod. */
  keepData: given(z.stringbool().or(z.boolean())),
  /** Images of others from elsewhere, as a mirror, or by digest. */
  thirdPartyImages: z
    .partialRecord(
      z.enum(imageNames),
      z.strictObject({ repository: z.string(), tag: z.string(), digest: given(z.string()) }),
    )
    .default({}),
  /**
   * Image of a sidecar with the pipeline of toolchain/go/dapr/replaced: without it each sidecar
   * delivers one event or call at a time, as Dapr's own loses events otherwise. See DECISIONS, 73.
   */
  mendedSidecar: given(z.string().min(1)),
  /** Requests a minute of one user and of one address, each a number or `off`. */
  rateLimits: rateLimits({ user: 600, address: 6_000 }),
  /** A token for any name, for trying things out; never where others can reach it. */
  developmentIssuer: z.stringbool().or(z.boolean()).default(false),
  /** How long the activity log is kept. */
  activityDays: z.coerce.number().int().min(30).default(90),
});
