import { podOf, selects } from "../pods.ts";
import type { Resource } from "../resource.ts";
import { labelOf, listOf, nameOf, namespaceOf } from "../resource.ts";
import type { StackRule } from "../rule.ts";
import { partitionsOf, topicKinds, topicName, topicsOf } from "./topics.ts";

const budget = "policy/PodDisruptionBudget";
const keda = "keda.sh/ScaledObject";
const scalerKinds = [keda, "autoscaling/HorizontalPodAutoscaler"];
const scaledKinds = ["apps/Deployment", "apps/StatefulSet"];

const scales = (scaler: Resource, target: Resource): boolean => {
  const { kind = "Deployment", name } = scaler.props.spec?.scaleTargetRef ?? {};
  return (
    target.kind.endsWith(`/${kind}`) &&
    nameOf(target) === name &&
    namespaceOf(target) === namespaceOf(scaler)
  );
};

const scalerOf = (target: Resource, resources: readonly Resource[]): Resource | undefined =>
  resources.find((one) => scalerKinds.includes(one.kind) && scales(one, target));

/** Source: pulumi/pulumi-kubernetes#2569. */
export const noReplicasBesideAScaler: StackRule = {
  name: "no-replicas-beside-a-scaler",
  says: "Where a scaler decides how many replicas run the workload does not say it too.",
  remedy: "Leave spec.replicas out.",
  about: [...scalerKinds, ...scaledKinds],
  faultsIn: (resources) =>
    resources
      // A server fills in one replica where none is said.
      .filter(({ kind, asWritten }) => scaledKinds.includes(kind) && asWritten)
      .filter(({ props }) => props.spec?.replicas !== undefined)
      .flatMap((resource) => {
        const scaler = scalerOf(resource, resources);
        return scaler
          ? [{ resource, fault: `takes back what ${labelOf(scaler)} decides (replicas)` }]
          : [];
      }),
};

export const scalersEndAtThePartitions: StackRule = {
  name: "scalers-end-at-the-partitions",
  says: "A scaler starts no more consumers than their largest topic has partitions.",
  remedy: "Lower maxReplicaCount to the partitions, as components/service/scaling.ts computes it.",
  about: [keda, ...topicKinds],
  faultsIn: (resources) => {
    const partitions = new Map(
      topicsOf(resources).map((topic) => [topicName(topic), partitionsOf(topic)]),
    );
    return resources
      .filter(({ kind }) => kind === keda)
      .flatMap((resource) => {
        const { triggers, maxReplicaCount = 100 } = resource.props.spec ?? {};
        const kafka = listOf(triggers).filter(({ type }) => type === "kafka");
        // One that also follows requests may have use of more.
        if (kafka.length === 0 || kafka.length < listOf(triggers).length) return [];
        const counts = kafka.map(({ metadata }) => partitions.get(metadata?.topic));
        const most = Math.max(...counts.map((count) => count ?? Number.POSITIVE_INFINITY));
        return maxReplicaCount > most
          ? [{ resource, fault: `goes up to ${maxReplicaCount}, with ${most} partitions to share` }]
          : [];
      });
  },
};

export const replicasSurviveADrain: StackRule = {
  name: "replicas-survive-a-drain",
  says: "A workload of several replicas has a disruption budget, so that a drain leaves some.",
  remedy: "Add a PodDisruptionBudget that selects its pods.",
  about: [budget, ...scalerKinds, ...scaledKinds],
  faultsIn: (resources) => {
    const budgets = resources.filter(({ kind }) => kind === budget);
    return resources
      .filter(({ kind, fromChart }) => scaledKinds.includes(kind) && !fromChart)
      .filter((resource) => leastReplicas(resource, resources) > 1)
      .filter((resource) => !budgets.some((one) => covers(one, resource)))
      .map((resource) => ({ resource, fault: "may lose all its replicas to one drain" }));
  },
};

export const replicasAreSpread: StackRule = {
  name: "replicas-are-spread",
  says: "In prod the replicas of a workload stand on different nodes.",
  remedy:
    "Add topologySpreadConstraints by kubernetes.io/hostname, and by zone where there are any.",
  about: [...scalerKinds, ...scaledKinds],
  faultsIn: (resources, { size }) =>
    resources
      .filter(({ kind, fromChart }) => scaledKinds.includes(kind) && !fromChart)
      .filter((one) => scalerOf(one, resources) || leastReplicas(one, resources) > 1)
      .filter((one) => size === "prod" && !isSpread(one))
      .map((resource) => ({ resource, fault: "may have all its replicas on one node" })),
};

function isSpread(resource: Resource): boolean {
  const spec = podOf(resource)?.spec;
  return (
    listOf(spec?.topologySpreadConstraints).length > 0 ||
    spec?.affinity?.podAntiAffinity !== undefined
  );
}

function leastReplicas(resource: Resource, resources: readonly Resource[]): number {
  const { minReplicaCount, minReplicas } = scalerOf(resource, resources)?.props.spec ?? {};
  return Number(minReplicaCount ?? minReplicas ?? resource.props.spec?.replicas ?? 1);
}

const covers = (one: Resource, resource: Resource): boolean =>
  namespaceOf(one) === namespaceOf(resource) &&
  selects(one.props.spec?.selector, podOf(resource)?.metadata.labels);
