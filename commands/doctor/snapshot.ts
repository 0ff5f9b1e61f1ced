import { kafkaExporterName, kafkaExporterPort } from "#components/observability/kafka-tools.ts";
import { operators } from "#components/platform/operators.ts";
import type { ClusterReader } from "./cluster-api.ts";

/** An object of the API, as much of it as the checks look at. */
// biome-ignore lint/suspicious/noExplicitAny: any object of the API
export type Thing = any;

/** A stack in a cluster, as it was at one moment: plain data for the checks. */
export type Snapshot = {
  readonly namespace: string;
  readonly now: number;
  readonly namespaces: readonly Thing[];
  readonly pods: readonly Thing[];
  readonly deployments: readonly Thing[];
  readonly statefulSets: readonly Thing[];
  readonly jobs: readonly Thing[];
  readonly volumes: readonly Thing[];
  readonly components: readonly Thing[];
  readonly configurations: readonly Thing[];
  readonly subscriptions: readonly Thing[];
  /** Custom resources that tell by conditions how they are: of operators that may not be there. */
  readonly conditioned: readonly Thing[];
  /** Pods of the operators' namespaces. */
  readonly operatorPods: readonly Thing[];
  /** Prometheus text of a service, by pod. */
  readonly metrics: Readonly<Record<string, string>>;
  /** Prometheus text of Kafka's exporter; empty where there is none. */
  readonly kafkaMetrics: string;
  /** Last lines of a container that is not well, by `pod/container`. */
  readonly logs: Readonly<Record<string, string>>;
};

const conditioned = [
  "kafka.strimzi.io/v1/kafkas",
  "kafka.strimzi.io/v1/kafkatopics",
  "kafka.strimzi.io/v1/kafkausers",
  "cluster.redpanda.com/v1alpha2/topics",
  "cluster.redpanda.com/v1alpha2/users",
  "postgresql.cnpg.io/v1/clusters",
  "postgresql.cnpg.io/v1/databases",
  "gateway.networking.k8s.io/v1/gateways",
  "cert-manager.io/v1/certificates",
  "keda.sh/v1alpha1/scaledobjects",
];

const logLines = 15;

/** Reads everything that the checks look at; kinds that the cluster does not know are empty. */
export async function takeSnapshot(api: ClusterReader, namespace: string): Promise<Snapshot> {
  const list = async (path: string): Promise<Thing[]> => {
    const answer = await api.get(path);
    // Objects in a list do not say what kind they are.
    const kind = String(answer?.kind ?? "").replace(/List$/, "");
    return (answer?.items ?? []).map((item: Thing) => ({ kind, ...item }));
  };
  const core = (kind: string) => list(`/api/v1/namespaces/${namespace}/${kind}`);
  const group = (path: string) => {
    const at = path.lastIndexOf("/");
    return list(`/apis/${path.slice(0, at)}/namespaces/${namespace}/${path.slice(at + 1)}`);
  };
  const operatorNamespaces = Object.values(operators).map((operator) => operator.namespace);

  const [namespaces, pods, volumes, deployments, statefulSets, jobs] = await Promise.all([
    list("/api/v1/namespaces"),
    core("pods"),
    core("persistentvolumeclaims"),
    group("apps/v1/deployments"),
    group("apps/v1/statefulsets"),
    group("batch/v1/jobs"),
  ]);
  const [components, configurations, subscriptions, custom, operatorPods] = await Promise.all([
    group("dapr.io/v1alpha1/components"),
    group("dapr.io/v1alpha1/configurations"),
    group("dapr.io/v2alpha1/subscriptions"),
    Promise.all(conditioned.map(group)),
    Promise.all(operatorNamespaces.map((name) => list(`/api/v1/namespaces/${name}/pods`))),
  ]);
  const all = { pods, operatorPods: operatorPods.flat() };
  return {
    namespace,
    now: Date.now(),
    namespaces,
    volumes,
    deployments,
    statefulSets,
    jobs,
    components,
    configurations,
    subscriptions,
    conditioned: custom.flat(),
    ...all,
    metrics: await readMetrics(api, namespace, pods),
    kafkaMetrics: await readKafkaMetrics(api, namespace, pods),
    logs: await readLogs(api, [...all.pods, ...all.operatorPods]),
  };
}

async function readMetrics(api: ClusterReader, namespace: string, pods: readonly Thing[]) {
  const serving = pods.filter((pod) => pod.metadata.annotations?.["dapr.io/app-port"]);
  const read = serving.map(async ({ metadata }) => {
    const port = metadata.annotations["dapr.io/app-port"];
    const path = `/api/v1/namespaces/${namespace}/pods/${metadata.name}:${port}/proxy/metrics`;
    return [metadata.name, (await api.text(path)) ?? ""] as const;
  });
  return Object.fromEntries((await Promise.all(read)).filter(([, text]) => text !== ""));
}

async function readKafkaMetrics(api: ClusterReader, namespace: string, pods: readonly Thing[]) {
  const exporter = pods.find(
    ({ metadata }) => metadata.labels?.["app.kubernetes.io/name"] === kafkaExporterName,
  );
  if (!exporter) return "";
  const { name } = exporter.metadata;
  const path = `/api/v1/namespaces/${namespace}/pods/${name}:${kafkaExporterPort}/proxy/metrics`;
  return (await api.text(path)) ?? "";
}

async function readLogs(api: ClusterReader, pods: readonly Thing[]) {
  const unwell = pods.flatMap((pod) =>
    [...(pod.status.initContainerStatuses ?? []), ...(pod.status.containerStatuses ?? [])]
      .filter((status: Thing) => !status.ready && !status.state?.terminated?.reason?.match(/Comp/))
      .map((status: Thing) => ({
        pod,
        container: status.name,
        restarted: status.restartCount > 0,
      })),
  );
  const read = unwell.map(async ({ pod, container, restarted }) => {
    const { namespace, name } = pod.metadata;
    const path = `/api/v1/namespaces/${namespace}/pods/${name}/log?container=${container}`;
    const tail = `&tailLines=${logLines}`;
    const text =
      (restarted && (await api.text(`${path}${tail}&previous=true`))) ||
      (await api.text(`${path}${tail}`));
    return [`${name}/${container}`, text || ""] as const;
  });
  return Object.fromEntries((await Promise.all(read)).filter(([, text]) => text !== ""));
}
