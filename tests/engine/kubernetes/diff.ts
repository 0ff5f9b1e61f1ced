import { hashOf } from "#infra/host/provider/hash.ts";
import { isAutonamed, type KubeObject } from "./objects.ts";

/** One field that differs between the old and the new inputs, as `spec.ports[0].port`. */
export type Change = {
  readonly path: string;
  readonly kind: "add" | "delete" | "update";
  /** Whether the API server would refuse it, so that a new object has to take the old one's place. */
  readonly replaces: boolean;
};

/** Fields that the API server, or the real provider, takes for unchangeable, by group and kind. */
const immutable: Readonly<Record<string, readonly string[]>> = {
  "/ConfigMap": ["data", "binaryData", "immutable"],
  "/Secret": ["data", "stringData", "type", "immutable"],
  "/PersistentVolumeClaim": ["spec.storageClassName", "spec.accessModes", "spec.selector"],
  "/Service": ["spec.clusterIP"],
  "apps/Deployment": ["spec.selector"],
  "apps/DaemonSet": ["spec.selector"],
  "apps/StatefulSet": [
    ...["spec.selector", "spec.serviceName", "spec.podManagementPolicy"],
    "spec.volumeClaimTemplates",
  ],
  "batch/Job": ["spec.selector", "spec.template", "spec.completionMode"],
  "rbac.authorization.k8s.io/RoleBinding": ["roleRef"],
  "rbac.authorization.k8s.io/ClusterRoleBinding": ["roleRef"],
  "storage.k8s.io/StorageClass": ["parameters", "provisioner", "reclaimPolicy"],
};

const always = ["kind", "metadata.name", "metadata.namespace"];

/** What differs between the inputs, field by field. */
export function changesBetween(olds: KubeObject, news: KubeObject): Change[] {
  const fixed = [...always, ...(immutable[`${groupOf(news)}/${news.kind}`] ?? [])];
  return differences(olds, news, "").map(({ path, kind }) => ({
    path,
    kind,
    replaces:
      fixed.some((field) => path === field || path.startsWith(`${field}.`)) ||
      fixed.some((field) => path.startsWith(`${field}[`)) ||
      (path === "apiVersion" && groupOf(olds) !== groupOf(news)),
  }));
}

/** Whether the old object stands in the way of its successor. */
export const deletesFirst = (olds: KubeObject, news: KubeObject): boolean =>
  !isAutonamed(news) &&
  olds.metadata?.name === news.metadata?.name &&
  olds.metadata?.namespace === news.metadata?.namespace;

/** Objects of the core group have none. */
export const groupOf = ({ apiVersion }: KubeObject): string =>
  apiVersion.includes("/") ? (apiVersion.split("/")[0] as string) : "";

type Difference = Pick<Change, "path" | "kind">;

function differences(olds: unknown, news: unknown, path: string): Difference[] {
  if (hashOf(olds) === hashOf(news)) return [];
  if (olds === undefined) return [{ path, kind: "add" }];
  if (news === undefined) return [{ path, kind: "delete" }];
  if (Array.isArray(olds) && Array.isArray(news)) {
    const length = Math.max(olds.length, news.length);
    return Array.from({ length }).flatMap((_, at) =>
      differences(olds[at], news[at], `${path}[${at}]`),
    );
  }
  if (!isObject(olds) || !isObject(news)) return [{ path, kind: "update" }];
  const keys = [...new Set([...Object.keys(olds), ...Object.keys(news)])].sort();
  return keys.flatMap((key) => differences(olds[key], news[key], joined(path, key)));
}

function joined(path: string, key: string): string {
  if (!/^[\w$-]+$/.test(key)) return `${path}["${key}"]`;
  return path === "" ? key : `${path}.${key}`;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
