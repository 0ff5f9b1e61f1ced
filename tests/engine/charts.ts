import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import type { ChartName, ChartSettings } from "#components/charts.ts";
import type { OperatorName } from "#components/platform/operators.ts";

/** A kind of custom resource: its plural is made as Kubernetes' own are. */
type Kind = { readonly kind: string; readonly version: string; readonly isOfCluster?: boolean };
type Kinds = Readonly<Record<string, readonly Kind[]>>;

const kinds = (version: string, ...names: readonly string[]): Kind[] =>
  names.map((kind) => ({ kind, version }));

/** What each operator reads, by group. */
const kindsOf: Readonly<Record<OperatorName, Kinds>> = {
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
 * Charts in the place of those whose repositories are not reached and whose images are not had. Of
 * an operator: the definitions, which let every field pass (what the real ones refuse is told by
 * tests/manifests), and a Deployment; what it would do is done by operators.ts. Of brokers: pods.
 */
export function writeCharts(folder: string): ChartSettings["charts"] {
  const names = Object.keys(kindsOf) as OperatorName[];
  const charts = names.map((name): [ChartName, readonly object[]] => [
    name,
    [...definitionsOf(name), workload("Deployment", "operator", { app: name })],
  ]);
  charts.push(["redpanda", [workload("StatefulSet", "redpanda", { app: "redpanda" })]]);
  return Object.fromEntries(
    charts.map(([name, objects]) => [name, { chart: writeChart(folder, name, objects) }]),
  );
}

const definitionsOf = (name: OperatorName): object[] =>
  Object.entries(kindsOf[name]).flatMap(([group, all]) =>
    all.map((kind) => definitionOf(group, kind)),
  );

function writeChart(folder: string, name: ChartName, objects: readonly object[]): string {
  const chart = join(folder, name);
  const templates = join(chart, "templates");
  mkdirSync(templates, { recursive: true });
  writeFileSync(
    join(chart, "Chart.yaml"),
    stringify({
      apiVersion: "v2",
      name,
      version: "0.0.0",
      description: "in the place of another",
    }),
  );
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

/** What the namespaces of operators and of data ask for. */
const securityContext = { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } };

function workload(
  kind: "Deployment" | "StatefulSet",
  name: string,
  labels: Readonly<Record<string, string>>,
): object {
  return {
    apiVersion: "apps/v1",
    kind,
    metadata: { name, namespace: "{{ .Release.Namespace }}" },
    spec: {
      ...(kind === "StatefulSet" && { serviceName: name }),
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
          containers: [{ name: "main", image: "example/server:1.0.0", securityContext }],
        },
      },
    },
  };
}
