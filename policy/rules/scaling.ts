import { podOf, selects } from "../pods.ts";
import type { Resource } from "../resource.ts";
import { labelOf, listOf, nameOf, namespaceOf } from "../resource.ts";
import type { StackRule } from "../rule.ts";
import { partitionsOf, topicKinds, topicName, topicsOf } from "./topics.ts";

const budget = "policy/PodDisruptionBudget";
const keda = "keda.sh/ScaledObject";
const scalerKinds = [keda, "autoscaling/HorizontalPodAutoscaler"];
const scaledKinds = ["apps/Deployment", "apps/StatefulSet"];

const scalersIn = (resources: readonly Resource[]): Resource[] =>
  resources.filter(({ kind }) => scalerKinds.includes(kind));

const scales = (scaler: Resource, target: Resource): boolean => {
  const { kind = "Deployment", name } = scaler.props.spec?.scaleTargetRef ?? {};
  return (
    target.kind.endsWith(`/${kind}`) &&
    nameOf(target) === name &&
    namespaceOf(target) === namespaceOf(scaler)
  );
};

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
        const scaler = scalersIn(resources).find((one) => scales(one, resource));
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

function leastReplicas(resource: Resource, resources: readonly Resource[]): number {
  const scaler = scalersIn(resources).find((one) => scales(one, resource));
  const { minReplicaCount, minReplicas } = scaler?.props.spec ?? {};
  return Number(minReplicaCount ?? minReplicas ?? resource.props.spec?.replicas ?? 1);
}

const covers = (one: Resource, resource: Resource): boolean =>
  namespaceOf(one) === namespaceOf(resource) &&
  selects(one.props.spec?.selector, podOf(resource)?.metadata.labels);
