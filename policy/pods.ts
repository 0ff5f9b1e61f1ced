import type { Props, Resource } from "./resource.ts";
import { listOf } from "./resource.ts";

/** The pods that an object of Kubernetes gives birth to. */
export type PodTemplate = { readonly metadata: Props; readonly spec: Props };

const templatePaths: Readonly<Record<string, readonly string[]>> = {
  "core/Pod": [],
  "apps/Deployment": ["spec", "template"],
  "apps/StatefulSet": ["spec", "template"],
  "apps/DaemonSet": ["spec", "template"],
  "apps/ReplicaSet": ["spec", "template"],
  "batch/Job": ["spec", "template"],
  "batch/CronJob": ["spec", "jobTemplate", "spec", "template"],
};

/** Every kind that makes pods by a template of its own. */
export const podKinds: readonly string[] = Object.keys(templatePaths);

/** Kinds whose pods run until they are told to go. */
export const serverKinds: readonly string[] = [
  "apps/Deployment",
  "apps/StatefulSet",
  "apps/DaemonSet",
];

/** Custom resources whose operators make pods of them in the same namespace. */
export const operatedKinds: readonly string[] = [
  "kafka.strimzi.io/Kafka",
  "kafka.strimzi.io/KafkaNodePool",
  "postgresql.cnpg.io/Cluster",
  "cluster.redpanda.com/Redpanda",
];

/** The template of a resource of `podKinds`. */
export function podOf({ kind, props }: Resource): PodTemplate | undefined {
  const path = templatePaths[kind];
  if (!path) return undefined;
  const template = path.reduce((inner, key) => inner?.[key], props);
  return { metadata: template?.metadata ?? {}, spec: template?.spec ?? {} };
}

/** A container of a pod, and how messages call it. */
export type Container = {
  readonly label: string;
  readonly props: Props;
  /** Whether it only prepares the others; one that is restarted always is a sidecar. */
  readonly init: boolean;
};

/** All containers of a pod, those that prepare it first. */
export const containersOf = ({ spec }: PodTemplate): Container[] => [
  ...listOf(spec.initContainers).map((props) => ({
    label: `init container ${props.name}`,
    props,
    init: props.restartPolicy !== "Always",
  })),
  ...listOf(spec.containers).map((props) => ({
    label: `container ${props.name}`,
    props,
    init: false,
  })),
];

/** Faults of each container of a resource's pods. */
export const inContainers = (
  resource: Resource,
  faultsOf: (container: Container, pod: PodTemplate) => readonly string[],
): string[] => {
  const pod = podOf(resource);
  return pod
    ? containersOf(pod).flatMap((container) =>
        faultsOf(container, pod).map((fault) => `${container.label} ${fault}`),
      )
    : [];
};

/** Whether the pods get a sidecar of Dapr. */
export const hasSidecar = (pod: PodTemplate): boolean =>
  String(pod.metadata.annotations?.["dapr.io/enabled"]) === "true";

/** Whether labels are selected by a selector of Kubernetes; an empty one selects all. */
export function selects(selector: Props, labels: Props): boolean {
  const required = Object.entries(selector?.matchLabels ?? {});
  return (
    required.every(([key, value]) => labels?.[key] === value) &&
    listOf(selector?.matchExpressions).every((expression) => fits(expression, labels))
  );
}

function fits({ key, operator, values }: Props, labels: Props): boolean {
  const value = labels?.[key];
  switch (operator) {
    case "In":
      return listOf(values).includes(value);
    case "NotIn":
      return !listOf(values).includes(value);
    case "Exists":
      return value !== undefined;
    default:
      return value === undefined;
  }
}
