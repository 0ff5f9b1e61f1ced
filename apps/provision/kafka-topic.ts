import type { Admin } from "@platformatic/kafka";
import { hasKafkaError } from "./kafka-admin.ts";

/** A topic as it is to be, or as a cluster has it with the settings that are its own. */
export type Topic = {
  readonly name: string;
  readonly partitions: number;
  readonly replicas: number;
  readonly config: Readonly<Record<string, string>>;
};

/** What bringing into line came to. */
export type Outcome = "made" | "changed" | "as it was";

/**
 * Makes the topic, or brings the one that exists into line. Settings of the topic that are not
 * wanted go, unless they may be somebody else's (`keepOthers`). Throws rather than lose partitions.
 */
export async function ensureTopic(
  admin: Admin,
  topic: Topic,
  { keepOthers = false }: { readonly keepOthers?: boolean } = {},
): Promise<Outcome> {
  const { name, partitions, replicas } = topic;
  const state = await topicOf(admin, name);
  if (!state) {
    const configs = Object.entries(topic.config).map(([key, value]) => ({ name: key, value }));
    try {
      await admin.createTopics({ topics: [name], partitions, replicas, configs });
      return "made";
    } catch (error) {
      // It came into being meanwhile, or a try before this one was heard after all.
      if (!hasKafkaError(error, "TOPIC_ALREADY_EXISTS")) throw error;
      return ensureTopic(admin, topic, { keepOthers });
    }
  }
  if (state.partitions > partitions) {
    throw new Error(shrinkingOf(name, state.partitions, partitions));
  }
  const grows = state.partitions < partitions;
  if (grows) {
    await admin.createPartitions({ topics: [{ name, count: partitions, assignments: null }] });
  }
  const configured = await alterConfig(admin, name, state.config, topic.config, keepOthers);
  return grows || configured ? "changed" : "as it was";
}

/** Removes the topic; there need not be one. */
export async function removeTopic(admin: Admin, name: string): Promise<void> {
  try {
    await admin.deleteTopics({ topics: [name] });
  } catch (error) {
    if (!hasKafkaError(error, "UNKNOWN_TOPIC_OR_PARTITION")) throw error;
  }
}

/** The topic as the cluster has it; undefined without it. */
export async function topicOf(admin: Admin, name: string): Promise<Topic | undefined> {
  const { ConfigResourceTypes, ConfigSources } = await import("@platformatic/kafka");
  if (!(await admin.listTopics()).includes(name)) return undefined;
  const { topics } = await admin.metadata({ topics: [name], forceUpdate: true });
  const topic = topics.get(name);
  if (!topic) return undefined;
  const [described] = await admin.describeConfigs({
    resources: [{ resourceType: ConfigResourceTypes.TOPIC, resourceName: name }],
  });
  const own = (described?.configs ?? []).filter(
    ({ configSource }) => configSource === ConfigSources.DYNAMIC_TOPIC_CONFIG,
  );
  return {
    name,
    partitions: topic.partitionsCount,
    replicas: topic.partitions[0]?.replicas.length ?? 1,
    config: Object.fromEntries(own.map(({ name: key, value }) => [key, value ?? ""])),
  };
}

/** Why a topic cannot have fewer partitions, and what to do. */
export const shrinkingOf = (name: string, old: number, wanted: number): string =>
  `Topic ${name} has ${old} partitions and cannot be cut down to ${wanted}: Kafka only adds. ` +
  `Keep at least ${old}, or destroy the stack and start it with new data.`;

async function alterConfig(
  admin: Admin,
  name: string,
  old: Topic["config"],
  wanted: Topic["config"],
  keepOthers: boolean,
): Promise<boolean> {
  const { ConfigResourceTypes, IncrementalAlterConfigOperationTypes } = await import(
    "@platformatic/kafka"
  );
  const { SET, DELETE } = IncrementalAlterConfigOperationTypes;
  const set = Object.entries(wanted)
    .filter(([key, value]) => old[key] !== value)
    .map(([key, value]) => ({ name: key, configOperation: SET, value }));
  const remove = Object.keys(old)
    .filter((key) => !keepOthers && !(key in wanted))
    .map((key) => ({ name: key, configOperation: DELETE }));
  const configs = [...set, ...remove];
  if (configs.length === 0) return false;
  const resource = { resourceType: ConfigResourceTypes.TOPIC, resourceName: name, configs };
  await admin.incrementalAlterConfigs({ resources: [resource] });
  return true;
}
