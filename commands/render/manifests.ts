import { stringify } from "yaml";
import type { Recorded } from "#components/recording.ts";
import { chartsOf, type KubernetesObject, objectsOf } from "./objects.ts";

/**
 * The files of a program, by name: `<order>-<kind>-<name>.yaml` for each object, and `charts.yaml`
 * for what Helm is asked to install. Names and contents depend on the objects only, not on the
 * order in which they were registered, so that two renders can be compared file by file.
 * @throws when two objects have the same kind, name and namespace
 */
export function render(resources: readonly Recorded[]): Map<string, string> {
  const objects = objectsOf(resources).map(({ object }) => object);
  const files = new Map<string, string>();
  for (const object of objects) {
    const name = fileName(object);
    const known = objects.filter((other) => fileName(other) === name).length === 1;
    const file = known ? `${name}.yaml` : `${name}-${qualifierOf(object)}.yaml`;
    if (files.has(file)) throw new Error(`registered twice: ${describe(object)}`);
    files.set(file, yaml(object));
  }
  const charts = chartsOf(resources).map(({ secretPaths: _, ...chart }) => chart);
  if (charts.length > 0) files.set("charts.yaml", yaml(charts));
  return new Map([...files].sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** As `Deployment todo/backend`. */
export const describe = ({ kind, metadata: { name, namespace } }: KubernetesObject): string =>
  `${kind} ${namespace === undefined ? name : `${namespace}/${name}`}`;

/** Kinds by when they are applied: what others live in or refer to comes first. */
const orders: readonly (readonly [order: string, kinds: readonly string[]])[] = [
  ["00", ["CustomResourceDefinition", "Namespace"]],
  ["10", ["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding", "ServiceAccount"]],
  ["10", ["ConfigMap", "GatewayClass", "PriorityClass", "Secret", "StorageClass"]],
  ["20", ["NetworkPolicy", "PersistentVolumeClaim", "Service"]],
  ["40", ["StatefulSet"]],
  ["50", ["Job"]],
  ["60", ["CronJob", "DaemonSet", "Deployment"]],
  ["70", ["HorizontalPodAutoscaler", "PodDisruptionBudget", "ScaledObject"]],
];
const orderOfOthers = "30";

const orderOf = (kind: string): string =>
  orders.find(([, kinds]) => kinds.includes(kind))?.[0] ?? orderOfOthers;

const fileName = ({ kind, metadata }: KubernetesObject): string =>
  `${orderOf(kind)}-${kind.toLowerCase()}-${metadata.name.replaceAll(/[^a-z0-9.-]/gi, "-")}`;

/** What tells objects of one kind and name apart: the namespace, and the group of the kind. */
const qualifierOf = ({ apiVersion, metadata }: KubernetesObject): string =>
  [metadata.namespace, apiVersion.includes("/") ? apiVersion.split("/")[0] : undefined]
    .filter((part) => part !== undefined)
    .join("-");

/** Keys that say what an object is come first, the rest by the alphabet. */
const first = ["apiVersion", "kind", "metadata", "name", "namespace"];

const yaml = (value: unknown): string =>
  stringify(value, {
    // kubectl reads YAML 1.1, in which a bare `yes` or `12:30` is no text.
    version: "1.1",
    lineWidth: 0,
    aliasDuplicateObjects: false,
    sortMapEntries: (one, other) => {
      const [left, right] = [String(one.key), String(other.key)];
      const difference = rankOf(left) - rankOf(right);
      return difference !== 0 ? difference : left < right ? -1 : 1;
    },
  });

const rankOf = (key: string): number => (first.includes(key) ? first.indexOf(key) : first.length);
