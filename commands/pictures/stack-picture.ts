import type { Recorded } from "#components/recording.ts";
import { replicaName } from "#infra/host/port-plan.ts";
import type { ServiceMap } from "./contract-pictures.ts";
import { type Edge, flowchart, type Group, type Node } from "./mermaid.ts";

/** What a service needs of what stands beside it, by the folder of the component that brings it. */
const needs = (contract: ServiceMap[string]): string[] => [
  ...(contract.publishes.length + Object.keys(contract.subscribes).length > 0 ? ["kafka"] : []),
  ...(contract.database ? ["postgres"] : []),
  ...(contract.state || contract.redis ? ["redis"] : []),
  ...(contract.bindings?.includes("mail") ? ["mail"] : []),
];

/** A stack on a cluster, from what its program registers. */
export function clusterPicture(recorded: readonly Recorded[], services: ServiceMap): string {
  const data = ["kafka", "postgres", "redis", "mail"].flatMap((folder) => {
    const component = recorded.find(({ type }) => type.startsWith(`todo:${folder}:`));
    return component ? [dataNode(folder, component, recorded)] : [];
  });
  const gateway = recorded.some(({ type }) => type === "todo:ingress:Gateway");
  const groups: Group[] = [
    { title: "", nodes: gateway ? [gatewayNode] : [] },
    {
      title: "services, each with its sidecar",
      nodes: Object.keys(services).map((id) => ({ id, label: [id, scaleOf(id, recorded)] })),
    },
    { title: "data", nodes: data },
    { title: "watching", nodes: named(recorded, /^todo:observability:Workload$/) },
    { title: "platform, by charts", nodes: named(recorded, /^kubernetes:helm\.sh\/v4:Chart$/) },
    ...cloudGroups(recorded),
  ];
  return flowchart({ direction: "LR", groups, edges: edgesOf(services, groups) });
}

/** The local stack, from its ports: a process for each part that listens. */
export function localPicture(
  ports: { readonly [part: string]: unknown },
  replicas: Readonly<Record<string, number>>,
  services: ServiceMap,
): string {
  const listening = Object.keys(ports).filter((part) => typeof ports[part] === "number");
  // `kafkaController` is a further port of kafka.
  const parts = listening.filter(
    (part) => !listening.some((other) => other !== part && part.startsWith(other)),
  );
  const isData = (part: string) => ["kafka", "postgres", "redis", "mail"].includes(part);
  const groups: Group[] = [
    { title: "", nodes: [{ ...gatewayNode, label: ["gateway", `port ${ports.gateway}`] }] },
    {
      title: "services, each with its sidecar",
      nodes: Object.keys(services).map((id) => ({
        id,
        label: Array.from({ length: replicas[id] ?? 1 }, (_, at) => replicaName(id, at)),
      })),
    },
    {
      title: "data",
      nodes: parts
        .filter(isData)
        .map((id) => ({ id, label: [id, `port ${ports[id]}`], shape: "store" })),
    },
    {
      title: "beside them",
      nodes: parts
        .filter((part) => !isData(part) && part !== "gateway")
        .map((id) => ({ id, label: [id, `port ${ports[id]}`] })),
    },
  ];
  return flowchart({ direction: "LR", groups, edges: edgesOf(services, groups) });
}

const gatewayNode: Node = { id: "gateway", label: ["gateway"], shape: "round" };

/** From outside in, and from each service to what it declares; to what is not there nothing goes. */
function edgesOf(services: ServiceMap, groups: readonly Group[]): Edge[] {
  const there = new Set(groups.flatMap(({ nodes }) => nodes.map(({ id }) => id)));
  const all = Object.entries(services).flatMap(([id, contract]): Edge[] => [
    ...(contract.publicPaths.length > 0 ? [{ from: "gateway", to: id }] : []),
    ...needs(contract).map((to) => ({ from: id, to })),
  ]);
  return all.filter(({ from, to }) => there.has(from) && there.has(to));
}

function dataNode(id: string, component: Recorded, recorded: readonly Recorded[]): Node {
  const own = recorded.filter(({ parent }) => parent === component.urn);
  const counts = own.flatMap(({ type, name, inputs }) => {
    const kind = type.split(":").at(-1) ?? "";
    const count = inputs?.spec?.instances ?? inputs?.spec?.replicas;
    if (!["KafkaNodePool", "Redpanda", "Cluster", "StatefulSet"].includes(kind)) return [];
    return typeof count === "number" ? [`${name} × ${count}`] : [];
  });
  // What an output gave birth to is registered in no certain order.
  counts.sort();
  return { id, label: [id, component.type.split(":").at(-1) ?? "", ...counts], shape: "store" };
}

/** `2 to 12 times`, as its scaler says, or as its Deployment does. */
function scaleOf(appId: string, recorded: readonly Recorded[]): string {
  const spec = (kind: string) =>
    recorded.find(({ type, name }) => type.endsWith(`:${kind}`) && name === appId)?.inputs?.spec;
  const scaler = spec("ScaledObject");
  if (scaler) return `${scaler.minReplicaCount} to ${scaler.maxReplicaCount} times`;
  return `× ${spec("Deployment")?.replicas ?? 1}`;
}

const named = (recorded: readonly Recorded[], type: RegExp): Node[] =>
  recorded
    .filter((resource) => type.test(resource.type))
    .map(({ name, inputs }) => ({
      id: `part ${name}`,
      label: [name, ...(inputs?.version ? [String(inputs.version)] : [])],
    }))
    .sort((one, other) => (one.id < other.id ? -1 : 1));

/** What is made in a cloud itself, a group for each of its providers: its parts, and of what they are. */
function cloudGroups(recorded: readonly Recorded[]): Group[] {
  const ours = ["kubernetes", "host", "pulumi", "todo", "random"];
  const inCloud = recorded.filter(
    ({ type, custom }) => custom && !ours.includes(type.split(":")[0] ?? ""),
  );
  const clouds = [...new Set(inCloud.map(({ type }) => type.split(":")[0] as string))].sort();
  return clouds.map((cloud) => {
    const own = inCloud.filter(({ type }) => type.startsWith(`${cloud}:`));
    const parts = [...new Set(own.map(({ parent }) => parent))];
    return {
      title: cloud,
      nodes: parts
        .flatMap((part) =>
          partNodes(
            recorded.find(({ urn, type }) => urn === part && type.startsWith("todo:")),
            own.filter(({ parent }) => parent === part),
          ),
        )
        .sort((one, other) => (one.id < other.id ? -1 : 1)),
    };
  });
}

/** A component with the kinds that it is made of; what belongs to none stands for itself. */
function partNodes(component: Recorded | undefined, of: readonly Recorded[]): Node[] {
  const kind = (type: string) => type.split(":").at(-1) ?? "";
  if (!component) {
    return of.map(({ type, name }) => ({ id: `${type} ${name}`, label: [name, kind(type)] }));
  }
  const counts = Map.groupBy(of, ({ type }) => kind(type));
  return [
    {
      id: `part ${component.urn}`,
      label: [
        `${kind(component.type)} ${component.name}`,
        ...[...counts]
          .map(([name, { length }]) => (length > 1 ? `${name} × ${length}` : name))
          .sort(),
      ],
    },
  ];
}
