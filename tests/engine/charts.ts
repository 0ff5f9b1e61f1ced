import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import type { ChartName, ChartOverrides } from "#components/charts.ts";

/** A kind of custom resource: its plural is made as Kubernetes' own are. */
type Kind = { readonly kind: string; readonly version: string; readonly isOfCluster?: boolean };
type Kinds = Readonly<Record<string, readonly Kind[]>>;

const kinds = (version: string, ...names: readonly string[]): Kind[] =>
  names.map((kind) => ({ kind, version }));

/** What each operator reads, by group. */
const kindsOf: Readonly<Record<ChartName, Kinds>> = {
  dapr: {
    "dapr.io": [
      ...kinds("v1alpha1", "Component", "Configuration", "Resiliency"),
      ...kinds("v2alpha1", "Subscription"),
    ],
  },
  strimzi: {
    "kafka.strimzi.io": kinds("v1", "Kafka", "KafkaNodePool", "KafkaTopic", "KafkaUser"),
  },
  "redpanda-operator": {
    "cluster.redpanda.com": kinds("v1alpha2", "Redpanda", "Topic", "User"),
  },
  "cloudnative-pg": {
    "postgresql.cnpg.io": kinds("v1", "Cluster", "Database", "ScheduledBackup"),
  },
  keda: { "keda.sh": kinds("v1alpha1", "ScaledObject", "TriggerAuthentication") },
  "cert-manager": { "cert-manager.io": kinds("v1", "Certificate", "Issuer") },
  "envoy-gateway": {
    "gateway.networking.k8s.io": [
      { kind: "GatewayClass", version: "v1", isOfCluster: true },
      ...kinds("v1", "Gateway", "HTTPRoute"),
    ],
    "gateway.envoyproxy.io": kinds("v1alpha1", "EnvoyProxy", "BackendTrafficPolicy"),
  },
  "external-secrets": { "external-secrets.io": kinds("v1", "SecretStore", "ExternalSecret") },
};

/**
 * Charts in the place of the operators' own, whose repositories are not reached and whose images
 * are not had: the definitions, which let every field pass (what the real ones refuse is told by
 * tests/manifests), and a Deployment. What it would do is done by operators.ts.
 */
export function writeCharts(folder: string): ChartOverrides {
  const names = Object.keys(kindsOf) as ChartName[];
  return Object.fromEntries(names.map((name) => [name, { chart: writeChart(folder, name) }]));
}

function writeChart(folder: string, name: ChartName): string {
  const chart = join(folder, name);
  const templates = join(chart, "templates");
  mkdirSync(templates, { recursive: true });
  writeFileSync(
    join(chart, "Chart.yaml"),
    stringify({
      apiVersion: "v2",
      name,
      version: "0.0.0",
      description: "definitions of an operator",
    }),
  );
  const definitions = Object.entries(kindsOf[name]).flatMap(([group, all]) =>
    all.map((kind) => definitionOf(group, kind)),
  );
  const objects = [...definitions, operatorOf(name)];
  writeFileSync(join(templates, "all.yaml"), objects.map((it) => stringify(it)).join("---\n"));
  return chart;
}

const anything = { type: "object", "x-kubernetes-preserve-unknown-fields": true };

function definitionOf(group: string, { kind, version, isOfCluster }: Kind): object {
  const plural = pluralOf(kind);
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: {
      name: `${plural}.${group}`,
      // Names below k8s.io are guarded.
      annotations: { "api-approved.kubernetes.io": "unapproved, for tests" },
    },
    spec: {
      group,
      scope: isOfCluster ? "Cluster" : "Namespaced",
      names: { kind, plural, singular: kind.toLowerCase() },
      versions: [
        {
          ...{ name: version, served: true, storage: true, subresources: { status: {} } },
          schema: { openAPIV3Schema: anything },
        },
      ],
    },
  };
}

const pluralOf = (kind: string): string =>
  kind.toLowerCase().replace(/(ss)$/, "$1e").replace(/y$/, "ie").concat("s");

/** What the namespaces of operators ask for. */
const securityContext = { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } };

function operatorOf(name: string): object {
  const labels = { app: name };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "operator", namespace: "{{ .Release.Namespace }}" },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
          containers: [{ name: "main", image: "example/operator:1.0.0", securityContext }],
        },
      },
    },
  };
}
