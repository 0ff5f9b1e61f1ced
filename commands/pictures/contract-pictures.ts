import {
  type AppId,
  appIds,
  contractOf,
  type EffectKind,
  type ServiceContract,
  subscriptionsOf,
} from "#apps/contracts/services.ts";
import { deadLetterTopic, type Topic, type TopicContract } from "#apps/contracts/topics.ts";
import { type Edge, flowchart, type Node } from "./mermaid.ts";

/** The services of a map by app-id. */
export type ServiceMap = Readonly<Record<string, ServiceContract>>;
export type TopicMap = Readonly<Record<string, TopicContract>>;

/** The map of the application itself. */
export const applicationMap = (): ServiceMap =>
  Object.fromEntries(appIds.map((appId: AppId) => [appId, contractOf(appId)]));

/** Who publishes which topic, and who consumes it. */
export function eventPicture(services: ServiceMap, topics: TopicMap): string {
  const edges = Object.entries(services).flatMap(([appId, contract]): Edge[] => [
    ...contract.publishes.map((topic) => ({ from: `service ${appId}`, to: `topic ${topic}` })),
    ...subscriptionsOf(contract).map(([topic, effect]) => ({
      from: `topic ${topic}`,
      to: `reader ${appId}`,
      label: effect,
      dotted: effect === "ephemeral",
    })),
  ]);
  const publishers = Object.keys(services).filter((id) => services[id]?.publishes.length);
  const readers = Object.keys(services).filter((id) => hasSubscriptions(services[id]));
  const topicNodes = Object.entries(topics).map(
    ([name, { retentionMs }]): Node => ({
      id: `topic ${name}`,
      label: [name, durationText(retentionMs)],
      shape: "queue",
    }),
  );
  return flowchart({
    direction: "LR",
    groups: [
      { title: "publish", nodes: publishers.map((id) => ({ id: `service ${id}`, label: [id] })) },
      { title: "topics, and how long they are kept", nodes: topicNodes },
      { title: "consume", nodes: readers.map((id) => ({ id: `reader ${id}`, label: [id] })) },
    ],
    edges,
  });
}

/** Who calls whom: requests from outside by path, calls between services by their sidecars. */
export function callPicture(services: ServiceMap): string {
  const outside = { id: "gateway", label: ["gateway"], shape: "round" } as const;
  const fromOutside = Object.entries(services)
    .filter(([, { publicPaths }]) => publicPaths.length > 0)
    .map(
      ([appId, { publicPaths }]): Edge => ({
        from: outside.id,
        to: appId,
        label: publicPaths.join(" "),
      }),
    );
  const between = Object.entries(services).flatMap(([caller, { invokes }]) =>
    Object.entries(invokes).map(
      ([callee, calls]): Edge => ({
        from: caller,
        to: callee,
        label: calls.map(({ method, path }) => `${method} ${path}`).join(", "),
      }),
    ),
  );
  return flowchart({
    direction: "LR",
    groups: [
      { title: "", nodes: [outside] },
      { title: "services", nodes: Object.keys(services).map((id) => ({ id, label: [id] })) },
    ],
    edges: [...fromOutside, ...between],
  });
}

/** A row for each topic: who writes and reads it, partitions by size, how long it is kept. */
export function topicTable(services: ServiceMap, topics: TopicMap): string {
  const rows = Object.entries(topics).map(([topic, contract]) => {
    const publishers = Object.keys(services).filter((id) =>
      services[id]?.publishes.includes(topic as Topic),
    );
    const readers = Object.entries(services).flatMap(([id, one]) =>
      subscriptionsOf(one)
        .filter(([name]) => name === topic)
        .map(([, effect]): [string, EffectKind] => [id, effect]),
    );
    const letters = readers
      .filter(([, effect]) => effect !== "ephemeral")
      .map(([id]) => `\`${deadLetterTopic(topic as Topic, id)}\``);
    return [
      `\`${topic}\``,
      contract.carries,
      `${contract.partitions.dev} / ${contract.partitions.prod}`,
      durationText(contract.retentionMs),
      publishers.join(", "),
      readers.map(([id, effect]) => `${id} (${effect})`).join(", "),
      letters.join(", "),
    ];
  });
  const head = ["topic", "carries", "partitions dev / prod", "kept"];
  return table([...head, "published by", "consumed by", "dead letters"], rows);
}

/** A Markdown table. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");

/** `7 days`, `1 hour`: the largest unit that divides it. */
export function durationText(milliseconds: number): string {
  const units = [
    ["day", 86_400_000],
    ["hour", 3_600_000],
    ["minute", 60_000],
    ["second", 1_000],
  ] as const;
  for (const [unit, size] of units) {
    if (milliseconds % size !== 0) continue;
    const count = milliseconds / size;
    return `${count} ${unit}${count === 1 ? "" : "s"}`;
  }
  return `${milliseconds} ms`;
}

const hasSubscriptions = (contract: ServiceContract | undefined): boolean =>
  contract !== undefined && subscriptionsOf(contract).length > 0;
