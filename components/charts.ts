import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

/** Where a Helm chart comes from: a repository, an OCI registry, or a folder. */
export type ChartSource = {
  /** Name in the repository, `oci://` address, or path. */
  readonly chart: string;
  readonly version?: string;
  readonly repository?: string;
};

/** The charts of operators, which a cluster has once. */
const operatorCharts = {
  dapr: {
    chart: "dapr",
    version: "1.16.5",
    repository: "https://dapr.github.io/helm-charts/",
  },
  strimzi: {
    chart: "oci://quay.io/strimzi-helm/strimzi-kafka-operator",
    version: "1.1.0",
  },
  "redpanda-operator": {
    chart: "operator",
    version: "25.3.1",
    repository: "https://charts.redpanda.com",
  },
  "cloudnative-pg": {
    chart: "cloudnative-pg",
    version: "0.26.0",
    repository: "https://cloudnative-pg.github.io/charts",
  },
  keda: {
    chart: "keda",
    version: "2.18.0",
    repository: "https://kedacore.github.io/charts",
  },
  "cert-manager": {
    chart: "oci://quay.io/jetstack/charts/cert-manager",
    version: "v1.18.0",
  },
  "envoy-gateway": {
    chart: "oci://docker.io/envoyproxy/gateway-helm",
    version: "v1.6.0",
  },
  "external-secrets": {
    chart: "external-secrets",
    version: "0.20.4",
    repository: "https://charts.external-secrets.io",
  },
} as const satisfies Record<string, ChartSource>;

/** The charts of others that a stack may install, pinned. */
export const chartSources = {
  ...operatorCharts,
  redpanda: {
    chart: "redpanda",
    version: "26.2.1",
    repository: "https://charts.redpanda.com",
  },
  // Prometheus 3.7 and its operator, Alertmanager, Grafana.
  "kube-prometheus-stack": {
    chart: "oci://ghcr.io/prometheus-community/charts/kube-prometheus-stack",
    version: "79.7.1",
  },
  // Released apart from Dapr.
  "dapr-dashboard": {
    chart: "dapr-dashboard",
    version: "0.15.0",
    repository: "https://dapr.github.io/helm-charts/",
  },
} as const satisfies Record<string, ChartSource>;

export type ChartName = keyof typeof chartSources;
export type OperatorChartName = keyof typeof operatorCharts;

/** What a stack wants of charts otherwise than usual. */
export type ChartSettings = {
  /** Those that it takes from somewhere else: a mirror, a folder. */
  readonly charts: { readonly [Name in ChartName]?: ChartSource };
  /** Values laid over ours: the images of a mirror, who is told of alerts. */
  readonly values: { readonly [Name in ChartName]?: ChartValues };
};

export type ChartValues = Readonly<Record<string, unknown>>;

/** Installs a chart with plain values; secrets never go through values. */
export function installChart(
  name: ChartName,
  args: { readonly namespace: string; readonly values: ChartValues },
  settings: ChartSettings,
  opts: pulumi.ComponentResourceOptions,
): k8s.helm.v4.Chart {
  const source: ChartSource = settings.charts[name] ?? chartSources[name];
  return new k8s.helm.v4.Chart(
    name,
    {
      name,
      namespace: args.namespace,
      chart: source.chart,
      ...(source.version !== undefined && { version: source.version }),
      ...(source.repository !== undefined && { repositoryOpts: { repo: source.repository } }),
      values: merge(args.values, settings.values[name] ?? {}),
    },
    opts,
  );
}

/** Lays the second over the first, object by object. */
export function merge(base: ChartValues, over: ChartValues): ChartValues {
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const below = merged[key];
    merged[key] = isObject(below) && isObject(value) ? merge(below, value) : value;
  }
  return merged;
}

// A value may be an output, which is laid over and under as a whole.
const isObject = (value: unknown): value is ChartValues =>
  typeof value === "object" &&
  value !== null &&
  !Array.isArray(value) &&
  !pulumi.Output.isInstance(value);

const awaited = /:(Deployment|StatefulSet|DaemonSet|Service)$/;

/**
 * Tells the provider not to wait for an object whose pods may need the rest of its chart: the engine
 * works on few objects at a time, and would wait for pods that need what it has not got to yet. Who
 * needs the chart's programs waits for all of them (see `Platform`).
 */
export const withoutWaiting: pulumi.ResourceTransform = ({ type, props, opts }) => {
  if (!awaited.test(type)) return undefined;
  const { metadata } = props;
  const annotations = { ...metadata?.annotations, "pulumi.com/skipAwait": "true" };
  return { props: { ...props, metadata: { ...metadata, annotations } }, opts };
};
