import type { ClusterApi } from "#commands/doctor/cluster-api.ts";

/** Kinds that the cluster makes and drops by itself, whatever a stack does. */
const passing = new Set([
  ...["Event", "Lease", "Endpoints", "EndpointSlice", "ComponentStatus", "ControllerRevision"],
  ...["PodMetrics", "NodeMetrics", "CSIStorageCapacity", "IPAddress", "FlowSchema"],
  "PriorityLevelConfiguration",
]);

/** Every object of the cluster, as `Kind namespace/name`, but for what comes and goes by itself. */
export async function allObjects(api: ClusterApi): Promise<Set<string>> {
  const lists = [
    "/api/v1",
    ...((await api.get("/apis")).groups as { preferredVersion: { groupVersion: string } }[]).map(
      ({ preferredVersion }) => `/apis/${preferredVersion.groupVersion}`,
    ),
  ];
  const found = await Promise.all(lists.map((path) => objectsAt(api, path)));
  return new Set(found.flat());
}

type Resource = { readonly name: string; readonly kind: string; readonly verbs: string[] };
type Item = { readonly metadata: { readonly name: string; readonly namespace?: string } };

async function objectsAt(api: ClusterApi, path: string): Promise<string[]> {
  const resources: Resource[] = (await api.get(path))?.resources ?? [];
  const listable = resources.filter(
    ({ name, kind, verbs }) => !name.includes("/") && verbs.includes("list") && !passing.has(kind),
  );
  const lists = listable.map(async ({ name, kind }) => {
    const items: Item[] = (await api.get(`${path}/${name}`))?.items ?? [];
    return items.map(({ metadata }) => {
      const where = metadata.namespace ? `${metadata.namespace}/` : "";
      return `${kind} ${where}${metadata.name}`;
    });
  });
  return (await Promise.all(lists)).flat();
}

/** What is there now and was not there before, sorted. */
export const added = (before: ReadonlySet<string>, now: ReadonlySet<string>): string[] =>
  [...now].filter((name) => !before.has(name)).sort();
