import { z } from "zod";
import { stateStores } from "#apps/contracts/dapr.ts";
import { type ChartName, type ChartSettings, chartSources } from "#components/charts.ts";
import { type ImageName, images } from "#components/images.ts";
import { type OperatorName, operators } from "#components/platform/operators.ts";
import { clusterConfig } from "#infra/clusters/config.ts";
import { accountsConfig } from "./accounts.ts";
import { given, kafka, mail, postgres, redis, secrets } from "./data-config.ts";
import { publicUrl } from "./public-url.ts";
import { rateLimits } from "./rate-limits.ts";

const label = z.string().regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, "must be a DNS label");
const size = z.enum(["dev", "prod"]);
const operatorMode = z.enum(["install", "reuse", "none"]);
const imageNames = Object.keys(images) as [ImageName, ...ImageName[]];
const chartNames = Object.keys(chartSources) as [ChartName, ...ChartName[]];
const operatorNames = Object.keys(operators) as [OperatorName, ...OperatorName[]];

const platform = z.strictObject({
  /** `own` brings its operators; `shared` counts on those of another stack and leaves them alone. */
  mode: z.enum(["own", "shared"]).default("own"),
  /** Where one operator is to be otherwise than the mode says. */
  operators: z.partialRecord(z.enum(operatorNames), operatorMode).default({}),
  /** Charts from a mirror or a folder. */
  charts: z
    .partialRecord(
      z.enum(chartNames),
      z.strictObject({
        chart: z.string(),
        version: given(z.string()),
        repository: given(z.string()),
      }),
    )
    .transform((charts) => charts as ChartSettings["charts"])
    .default({}),
  /** Values laid over those of a chart: the images of a mirror, who is told of alerts. */
  values: z.partialRecord(z.enum(chartNames), z.record(z.string(), z.unknown())).default({}),
});

/** Secrets of the namespace by which pods pull, for registries that want an account. */
const pullSecrets = z.array(z.string()).default([]);

const ownImages = z.discriminatedUnion("from", [
  /** Built by this program and handed to the cluster in its own way. */
  z.strictObject({ from: z.literal("source"), base: given(z.string()), pullSecrets }),
  /** Built elsewhere, as by a pipeline. */
  z.strictObject({
    from: z.literal("registry"),
    registry: z.string().min(1),
    tag: z.string().min(1),
    pullSecrets,
  }),
]);

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
  images: ownImages.prefault({ from: "source" }),
  kafka: kafka.default({ engine: "strimzi", tuning: {} }),
  postgres: postgres.default({ engine: "cloudnative-pg" }),
  redis: redis.default({ engine: "cluster", tls: true }),
  /** What keeps the state of the services. */
  stateStore: z.enum(stateStores).default("redis"),
  secrets: secrets.default({ store: "kubernetes" }),
  mail: given(mail),
  ingress: ingress.prefault({}),
  /** Where a stack without a gateway of its own is reached. */
  publicUrl: given(publicUrl),
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
   * Image of a sidecar with the files of toolchain/go/dapr/replaced: without it each sidecar delivers
   * one event or call at a time, as Dapr's own loses events otherwise. See DECISIONS, 73 and 77.
   */
  mendedSidecar: given(z.string().min(1)),
  ...accountsConfig({ operators: [] }),
  /** Requests and sign-ins a minute, resets an hour, each a number or `off`; see rate-limits.ts. */
  rateLimits: rateLimits({ user: 600, address: 6_000, login: 60, account: 10, reset: 5 }),
  /** How long the activity log is kept. */
  activityDays: z.coerce.number().int().min(30).default(90),
});

export type KubernetesSettings = z.infer<typeof kubernetesConfig>;
