import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

/** Where a Helm chart comes from: a repository, an OCI registry, or a folder. */
export type ChartSource = {
  /** Name in the repository, `oci://` address, or path. */
  readonly chart: string;
  readonly version?: string;
  readonly repository?: string;
};

/** The charts of others that a stack may install, pinned. */
export const chartSources = {
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

export type ChartName = keyof typeof chartSources;

/** Charts that a stack takes from somewhere else than usual: a mirror, a folder. */
export type ChartOverrides = { readonly [Name in ChartName]?: ChartSource };

/**
 * Installs a chart with plain values; secrets never go through values. Nothing of it is waited for
 * one by one: the engine works on few objects at a time, and would wait for pods that need what
 * it has not got to yet. Who needs the chart's programs waits for all of them (see `Platform`).
 */
export function installChart(
  name: ChartName,
  args: {
    readonly namespace: string;
    readonly values: Readonly<Record<string, unknown>>;
    readonly overrides: ChartOverrides;
  },
  opts: pulumi.ComponentResourceOptions,
): k8s.helm.v4.Chart {
  const source: ChartSource = args.overrides[name] ?? chartSources[name];
  return new k8s.helm.v4.Chart(
    name,
    {
      name,
      namespace: args.namespace,
      chart: source.chart,
      ...(source.version !== undefined && { version: source.version }),
      ...(source.repository !== undefined && { repositoryOpts: { repo: source.repository } }),
      values: args.values,
    },
    { ...opts, transforms: [withoutWaiting] },
  );
}

const awaited = /:(Deployment|StatefulSet|DaemonSet|Service)$/;

/** Tells the provider not to wait for an object whose pods may need the rest of its chart. */
export const withoutWaiting: pulumi.ResourceTransform = ({ type, props, opts }) => {
  if (!awaited.test(type)) return undefined;
  const { metadata } = props;
  const annotations = { ...metadata?.annotations, "pulumi.com/skipAwait": "true" };
  return { props: { ...props, metadata: { ...metadata, annotations } }, opts };
};
