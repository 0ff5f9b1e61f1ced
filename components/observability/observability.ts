import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { ImageOverrides } from "#components/images.ts";
import type { Kafka } from "#components/kafka/kafka.ts";
import type { NetworkPeer, Place } from "#components/place.ts";
import type { Redis } from "#components/redis/redis.ts";
import type { AlertsArgs } from "./alerts/alert.ts";
import { prometheusRule } from "./alerts.ts";
import { dashboardConfigMap, dashboards } from "./dashboards.ts";
import {
  consoleName,
  consoleWorkload,
  kafkaExporterName,
  kafkaExporterWorkload,
} from "./kafka-tools.ts";
import { scrapersIn, stackMonitors } from "./monitors.ts";
import { redisExporterName, redisExporterWorkload } from "./redis-exporter.ts";
import type { Sampling, Tracing } from "./tracing.ts";
import {
  collectorName,
  collectorWorkload,
  tracingOf,
  zipkinName,
  zipkinWorkload,
} from "./tracing.ts";
import type { WorkloadArgs } from "./workload.ts";
import { Workload } from "./workload.ts";

/** Which parts a stack brings. */
export type ObservabilityParts = {
  /** Monitors, alerts, dashboards and exporters; they need the operator of Prometheus. */
  readonly metrics: boolean;
  /** The collector of traces, and Zipkin. */
  readonly tracing: boolean;
  /** Redpanda Console, for whatever engine of Kafka. */
  readonly console: boolean;
};

export type ObservabilityArgs = {
  readonly place: Place;
  readonly parts: ObservabilityParts;
  readonly kafka: Kafka;
  /** Brokers that there should be; `undefined` where their number is a provider's affair. */
  readonly brokers: number | undefined;
  /** To be measured; `undefined` where it is not. */
  readonly redis: Redis | undefined;
  /** Whether PostgreSQL is run by CloudNativePG, and kept safe by backups. */
  readonly postgres: AlertsArgs["postgres"];
  readonly certManager: boolean;
  readonly daprNamespace: string;
  /** Where Prometheus runs, whoever brought it. */
  readonly monitoringNamespace: string;
  readonly sampling: Sampling;
  /** The address of runbooks.md, to which every alert points. */
  readonly runbooks: string;
  readonly images: ImageOverrides;
  /** Names of Secrets by which images are pulled. */
  readonly pullSecrets: readonly string[];
  /** What reads monitors and rules, where this stack installs it. */
  readonly prometheusReady: readonly pulumi.Resource[];
};

/**
 * How a stack is looked at: traces, measures, alerts, dashboards and a view into Kafka. All of it
 * stands in the namespace of the services, and what it says of them follows from the contracts.
 */
export class Observability extends pulumi.ComponentResource {
  /** Where traces go; `undefined` where they go nowhere. */
  readonly tracing: Tracing | undefined;
  /** Who asks pods for their measures, for the policies of those pods. */
  readonly scrapers: readonly NetworkPeer[];

  constructor(name: string, args: ObservabilityArgs, opts?: pulumi.ComponentResourceOptions) {
    super("todo:observability:Observability", name, {}, opts);
    const { parts, place } = args;
    this.tracing = parts.tracing ? tracingOf(place) : undefined;
    this.scrapers = parts.metrics ? scrapersIn(args.monitoringNamespace) : [];
    if (parts.tracing) this.trace(args);
    if (parts.console) this.run(consoleName, consoleWorkload(args), args.kafka.ready);
    if (parts.metrics) this.measure(args);
    this.registerOutputs();
  }

  private trace(args: ObservabilityArgs): void {
    this.run(zipkinName, zipkinWorkload(args));
    this.run(collectorName, collectorWorkload(args));
  }

  private measure(args: ObservabilityArgs): void {
    const { place, kafka, redis } = args;
    this.run(kafkaExporterName, kafkaExporterWorkload(args), kafka.ready);
    if (redis) {
      this.run(redisExporterName, redisExporterWorkload({ ...args, redis }), redis.ready);
    }
    const has = {
      postgres: args.postgres !== false,
      redis: redis !== undefined,
      tracing: args.parts.tracing,
    };
    const { namespace } = place;
    for (const monitor of stackMonitors(namespace, has)) {
      this.custom(`monitor-${monitor.metadata.name}`, monitor, args);
    }
    this.custom(
      "alerts",
      prometheusRule({ ...args, namespace, size: place.size, redis: has.redis }, args.runbooks),
      args,
    );
    for (const dashboard of dashboards({ ...args, ...has, namespace })) {
      new k8s.core.v1.ConfigMap(
        `dashboard-${dashboard.name}`,
        dashboardConfigMap(dashboard, namespace),
        { parent: this },
      );
    }
  }

  private run(name: string, args: WorkloadArgs, after: readonly pulumi.Resource[] = []): void {
    new Workload(name, args, { parent: this, dependsOn: [...after] });
  }

  private custom(name: string, object: object, { prometheusReady }: ObservabilityArgs): void {
    new k8s.apiextensions.CustomResource(name, object as k8s.apiextensions.CustomResourceArgs, {
      parent: this,
      dependsOn: [...prometheusReady],
    });
  }
}
