import type { Cluster } from "./cluster.ts";
import { describe, type KubeObject } from "./objects.ts";

const lastEvents = 5;
const lastLines = 10;

type ContainerStatus = {
  readonly name: string;
  readonly ready: boolean;
  readonly restartCount: number;
  readonly state?: State;
  readonly lastState?: State;
};
type State = { readonly waiting?: Reason; readonly terminated?: Reason };
type Reason = { readonly reason?: string; readonly message?: string; readonly exitCode?: number };

/**
 * What the cluster tells of an object that does not get ready: the last events of it and of its
 * pods, why containers wait or ended, and the last lines of those that ended. Never throws.
 */
export async function diagnose(cluster: Cluster, object: KubeObject): Promise<string[]> {
  try {
    const pods = await podsOf(cluster, object);
    const ofPods = await Promise.all(pods.map((pod) => troubleOf(cluster, pod)));
    const events = await Promise.all([object, ...pods].map((one) => eventsOf(cluster, one)));
    return [...ofPods.flat(), ...new Set(events.flat())];
  } catch (error) {
    return [`(more could not be found out: ${(error as Error).message})`];
  }
}

async function podsOf(cluster: Cluster, object: KubeObject): Promise<KubeObject[]> {
  if (object.kind === "Pod") return [object];
  const labels = object.spec?.selector?.matchLabels;
  if (!labels || !object.metadata?.namespace) return [];
  const selector = Object.entries(labels).map((pair) => pair.join("="));
  const { body } = await cluster.ask(
    `/api/v1/namespaces/${object.metadata.namespace}/pods` +
      `?labelSelector=${encodeURIComponent(selector.join(","))}`,
  );
  const items = (body.items ?? []) as KubeObject[];
  return items.map((pod) => ({ ...pod, apiVersion: "v1", kind: "Pod" }));
}

async function troubleOf(cluster: Cluster, pod: KubeObject): Promise<string[]> {
  const { initContainerStatuses = [], containerStatuses = [], conditions = [] } = pod.status ?? {};
  const unscheduled = conditions.find(
    (condition: { type: string; status: string }) =>
      condition.type === "PodScheduled" && condition.status === "False",
  );
  if (unscheduled) return [`${describe(pod)}: ${unscheduled.reason}: ${unscheduled.message}`];
  const statuses = [...initContainerStatuses, ...containerStatuses] as ContainerStatus[];
  const lines = statuses
    .filter(({ ready, state }) => !ready && state?.terminated?.exitCode !== 0)
    .map((status) => ofContainer(cluster, pod, status));
  return (await Promise.all(lines)).flat();
}

async function ofContainer(
  cluster: Cluster,
  pod: KubeObject,
  { name, state, lastState }: ContainerStatus,
): Promise<string[]> {
  const why = state?.waiting ?? state?.terminated;
  const head = `${describe(pod)} ${name}: ${why?.reason ?? "not ready"} ${why?.message ?? ""}`;
  const ended = state?.terminated ?? lastState?.terminated;
  if (!ended) return [head.trimEnd()];
  const { namespace, name: podName } = pod.metadata ?? {};
  const hasRestarted = state?.terminated === undefined;
  const { status, body } = await cluster.ask(
    `/api/v1/namespaces/${namespace}/pods/${podName}/log` +
      `?container=${name}&tailLines=${lastLines}&previous=${hasRestarted}`,
    { accept: "*/*" },
  );
  const log = status === 200 ? String(body).trimEnd().split("\n") : [];
  return [`${head.trimEnd()} (exit code ${ended.exitCode})`, ...log.map((line) => `  | ${line}`)];
}

type Event = {
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly lastTimestamp?: string;
  readonly eventTime?: string;
};

async function eventsOf(cluster: Cluster, object: KubeObject): Promise<string[]> {
  const { uid, namespace } = object.metadata ?? {};
  const where = namespace ? `/namespaces/${namespace}` : "";
  const selector = encodeURIComponent(`involvedObject.uid=${uid}`);
  const { body } = await cluster.ask(`/api/v1${where}/events?fieldSelector=${selector}`);
  const at = (event: Event): string => event.lastTimestamp ?? event.eventTime ?? "";
  return ((body.items ?? []) as Event[])
    .filter(({ type }) => type !== "Normal")
    .sort((one, other) => at(one).localeCompare(at(other)))
    .slice(-lastEvents)
    .map(({ reason, message }) => `${describe(object)}: ${reason}: ${message}`);
}
