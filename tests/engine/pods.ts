import type { Cluster } from "./kubernetes/cluster.ts";
import type { KubeObject } from "./kubernetes/objects.ts";

/** A label of pods that are to end badly: `fails` ends with 1, `no-image` never starts. */
export const outcomeLabel = "todo-evolution/outcome";

const nodeName = "node";

/** Gives every new pod the status that a node would, and lets go of those that are deleted. */
export async function actAsNodes(cluster: Cluster): Promise<void> {
  const { body } = await cluster.ask("/api/v1/pods");
  const pods = (body.items ?? []) as KubeObject[];
  await Promise.all(
    pods.map((pod) => {
      if (pod.metadata?.deletionTimestamp) return letGo(cluster, pod);
      return pod.spec.nodeName ? undefined : start(cluster, pod);
    }),
  );
}

/** Lists of endpoints leave out pods of nodes that do not exist. */
export async function addNode(cluster: Cluster): Promise<void> {
  await cluster.ask("/api/v1/nodes", {
    method: "POST",
    body: { apiVersion: "v1", kind: "Node", metadata: { name: nodeName } },
  });
}

async function start(cluster: Cluster, pod: KubeObject): Promise<void> {
  const target = { apiVersion: "v1", kind: "Node", name: nodeName };
  const binding = { apiVersion: "v1", kind: "Binding", metadata: pod.metadata, target };
  await cluster.ask(`${pathOf(pod)}/binding`, { method: "POST", body: binding });
  await cluster.ask(`${pathOf(pod)}/status`, {
    method: "PATCH",
    contentType: "application/merge-patch+json",
    body: { status: statusOf(pod) },
  });
}

/** The API server keeps a pod of a node until the node says that it has ended. */
async function letGo(cluster: Cluster, pod: KubeObject): Promise<void> {
  await cluster.ask(pathOf(pod), { method: "DELETE", body: { gracePeriodSeconds: 0 } });
}

const pathOf = ({ metadata }: KubeObject): string =>
  `/api/v1/namespaces/${metadata?.namespace}/pods/${metadata?.name}`;

function statusOf(pod: KubeObject): object {
  const owners = (pod.metadata as { ownerReferences?: { kind: string }[] }).ownerReferences ?? [];
  const isOfJob = owners.some(({ kind }) => kind === "Job");
  const outcome = pod.metadata?.labels?.[outcomeLabel];
  if (outcome === "no-image") {
    const waiting = { reason: "ImagePullBackOff", message: "there is no such image" };
    return {
      phase: "Pending",
      podIP: addressOf(pod),
      containerStatuses: containersOf(pod, false, { waiting }),
    };
  }
  if (outcome === "fails" || isOfJob) {
    const exitCode = outcome === "fails" ? 1 : 0;
    const reason = exitCode === 0 ? "Completed" : "Error";
    return {
      phase: exitCode === 0 ? "Succeeded" : "Failed",
      podIP: addressOf(pod),
      containerStatuses: containersOf(pod, false, { terminated: { exitCode, reason } }),
    };
  }
  const now = new Date().toISOString();
  const conditions = ["PodScheduled", "Initialized", "ContainersReady", "Ready"];
  return {
    phase: "Running",
    podIP: addressOf(pod),
    startTime: now,
    conditions: conditions.map((type) => ({ type, status: "True", lastTransitionTime: now })),
    containerStatuses: containersOf(pod, true, { running: { startedAt: now } }),
  };
}

const containersOf = (pod: KubeObject, ready: boolean, state: object): object[] =>
  (pod.spec.containers as { name: string; image: string }[]).map(({ name, image }) => ({
    ...{ name, image, imageID: "", ready, restartCount: 0, state },
  }));

/** Each pod has its own, so that lists of endpoints do not mix them up. */
function addressOf({ metadata }: KubeObject): string {
  const [high = 0, low = 1] = Buffer.from((metadata?.uid ?? "").slice(0, 4), "hex");
  return `10.200.${high}.${Math.max(low, 1)}`;
}
