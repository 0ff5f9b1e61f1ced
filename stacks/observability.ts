import type * as pulumi from "@pulumi/pulumi";
import { appIds } from "#apps/contracts/services.ts";
import type { ImageOverrides } from "#components/images.ts";
import type { Kafka } from "#components/kafka/kafka.ts";
import type { PolicySpec } from "#components/network/policies.ts";
import { daprDashboard } from "#components/observability/dapr-dashboard.ts";
import { consoleName, kafkaExporterName } from "#components/observability/kafka-tools.ts";
import { scrapersIn } from "#components/observability/monitors.ts";
import { observabilityPolicies } from "#components/observability/network.ts";
import { Observability } from "#components/observability/observability.ts";
import { PrometheusStack } from "#components/observability/prometheus-stack.ts";
import { redisExporterName } from "#components/observability/redis-exporter.ts";
import { tracingOf } from "#components/observability/tracing.ts";
import type { NetworkPeer, Place } from "#components/place.ts";
import { selectorOf } from "#components/place.ts";
import { operators } from "#components/platform/operators.ts";
import type { Platform } from "#components/platform/platform.ts";
import type { Redis } from "#components/redis/redis.ts";
import type { KubernetesConfig } from "./config.ts";

const monitoringNamespace = "monitoring";
// A path of the repository, until the configuration says where people read it.
const runbooks = "components/observability/runbooks.md";

/** What is known of how a stack is looked at before any of it exists. */
export function observing({ observability, size }: KubernetesConfig, place: Place) {
  const parts = {
    metrics: observability.prometheus !== "none",
    tracing: observability.tracing,
    console: observability.kafkaConsole,
  };
  const named = (name: string): NetworkPeer => ({ podSelector: { matchLabels: selectorOf(name) } });
  return {
    parts,
    tracing: parts.tracing ? tracingOf(place) : undefined,
    sampling: observability.sampling ?? (size === "prod" ? 0.1 : 1),
    scrapers: parts.metrics ? scrapersIn(monitoringNamespace) : [],
    /** What looks at Kafka and Redis besides the services. */
    tools: [
      ...(parts.console ? [named(consoleName)] : []),
      ...(parts.metrics ? [named(kafkaExporterName), named(redisExporterName)] : []),
    ],
  };
}

export type Observing = ReturnType<typeof observing>;

type Args = {
  readonly config: KubernetesConfig;
  readonly place: Place;
  readonly platform: Platform;
  readonly observing: Observing;
  readonly kafka: Kafka;
  readonly redis: Redis;
  readonly password: (name: string) => pulumi.Output<string>;
  readonly pullSecrets: readonly string[];
  readonly onCluster: pulumi.ComponentResourceOptions;
  readonly inNamespace: pulumi.ComponentResourceOptions;
};

/** Traces, measures, alerts, dashboards, and views into Kafka and Dapr, as far as they are wanted. */
export function createObservability(args: Args): void {
  const { config, place, platform, kafka, redis } = args;
  const { observability } = config;
  const images = config.thirdPartyImages as ImageOverrides;
  const daprNamespace = operators.dapr.namespace;
  const prometheus =
    observability.prometheus === "install"
      ? new PrometheusStack(
          "prometheus",
          {
            namespace: monitoringNamespace,
            size: place.size,
            storageClass: place.storageClass,
            daprNamespace,
            certManager: platform.has("cert-manager"),
            grafanaPassword: args.password("grafana"),
            charts: config.platform,
          },
          args.onCluster,
        )
      : undefined;
  if (observability.daprDashboard) {
    const after = { ...args.onCluster, dependsOn: platform.ready("dapr") };
    daprDashboard({ namespace: daprNamespace, charts: config.platform }, after);
  }
  new Observability(
    "observability",
    {
      place,
      parts: args.observing.parts,
      kafka,
      brokers: isInCluster(config.kafka.engine) ? (place.size === "prod" ? 3 : 1) : undefined,
      redis: config.redis.engine === "cluster" ? redis : undefined,
      postgres:
        config.postgres.engine === "cloudnative-pg" &&
        (config.postgres.backup ? "with-backups" : "without-backups"),
      certManager: platform.has("cert-manager"),
      daprNamespace,
      monitoringNamespace,
      // Who begins a trace has decided whether it is kept; a second choice would leave a share of it.
      sampling: { kind: "all" },
      runbooks: observability.runbooks ?? runbooks,
      images,
      pullSecrets: args.pullSecrets,
      prometheusReady: prometheus?.ready ?? [],
    },
    args.inNamespace,
  );
}

const isInCluster = (engine: KubernetesConfig["kafka"]["engine"]): boolean =>
  engine === "strimzi" || engine === "redpanda";

/** Who may talk to the parts above, and to whom they may. */
export const policiesOf = (
  { parts, scrapers }: Observing,
  { kafka, redis }: Pick<Args, "kafka" | "redis">,
): PolicySpec[] =>
  observabilityPolicies({
    parts,
    kafka: kafka.reach,
    redis: redis.reach,
    scrapers,
    senders: appIds.map((appId) => ({ podSelector: { matchLabels: selectorOf(appId) } })),
  });
