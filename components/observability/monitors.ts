import { appIds } from "#apps/contracts/services.ts";
import type { NetworkPeer } from "#components/place.ts";
import { labelsOf } from "#components/place.ts";
import { kafkaExporterName } from "./kafka-tools.ts";
import { redisExporterName } from "./redis-exporter.ts";
import { collectorName } from "./tracing.ts";

/** How often everything is measured; rates are looked at over five minutes and more. */
const interval = "15s";

type Selector = {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: "In" | "Exists";
    readonly values?: readonly string[];
  }[];
};

type MonitorArgs = {
  readonly name: string;
  readonly namespace: string;
  readonly selector: Selector;
  /** Name of the port. */
  readonly port: string;
  /** Where the pods are, if not where the monitor is. */
  readonly podNamespace?: string;
  /** The labels that the series bring count, not those of who brought them. */
  readonly honorLabels?: boolean;
};

/** Whom Prometheus asks for what, as an object for its operator. */
const podMonitor = (args: MonitorArgs) => ({
  apiVersion: "monitoring.coreos.com/v1",
  kind: "PodMonitor",
  metadata: { name: args.name, namespace: args.namespace, labels: labelsOf(args.name) },
  spec: {
    selector: args.selector,
    ...(args.podNamespace && { namespaceSelector: { matchNames: [args.podNamespace] } }),
    podMetricsEndpoints: [
      {
        port: args.port,
        path: "/metrics",
        interval,
        ...(args.honorLabels && { honorLabels: true }),
      },
    ],
  },
});

const named = (...names: readonly string[]): Selector => ({
  matchLabels: { "app.kubernetes.io/part-of": "todo-evolution" },
  matchExpressions: [{ key: "app.kubernetes.io/name", operator: "In", values: names }],
});

/** What is measured in the namespace of the services: these, their sidecars, and what is below. */
export const stackMonitors = (
  namespace: string,
  has: { readonly redis: boolean; readonly tracing: boolean; readonly postgres: boolean },
) => [
  podMonitor({ name: "services", namespace, selector: named(...appIds), port: "http" }),
  // The name that Dapr's injector gives to the port.
  podMonitor({ name: "sidecars", namespace, selector: named(...appIds), port: "dapr-metrics" }),
  podMonitor({
    name: "exporters",
    namespace,
    selector: named(
      kafkaExporterName,
      ...(has.redis ? [redisExporterName] : []),
      ...(has.tracing ? [collectorName] : []),
    ),
    port: "metrics",
  }),
  ...(has.postgres
    ? [
        podMonitor({
          name: "postgres",
          namespace,
          selector: { matchExpressions: [{ key: "cnpg.io/cluster", operator: "Exists" }] },
          port: "metrics",
        }),
      ]
    : []),
];

/** What is measured once in a cluster: operators that alerts are about. */
export const platformMonitors = (namespace: string, daprNamespace: string) => [
  podMonitor({
    name: "dapr-control-plane",
    namespace,
    podNamespace: daprNamespace,
    selector: { matchLabels: { "app.kubernetes.io/part-of": "dapr" } },
    port: "metrics",
  }),
  podMonitor({
    name: "cert-manager",
    namespace,
    podNamespace: "cert-manager",
    selector: { matchLabels: { "app.kubernetes.io/name": "cert-manager" } },
    port: "http-metrics",
    // Namespace and name of a certificate, not of the controller.
    honorLabels: true,
  }),
];

/** The pods of Prometheus, for the policies of those whom it asks. */
export const scrapersIn = (namespace: string): readonly NetworkPeer[] => [
  {
    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
    podSelector: { matchLabels: { "app.kubernetes.io/name": "prometheus" } },
  },
];
