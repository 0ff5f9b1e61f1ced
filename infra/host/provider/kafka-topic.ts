import type { Admin } from "@platformatic/kafka";
import { hasKafkaError, type KafkaConnection, withKafka } from "./kafka-admin.ts";
import { type Failure, isUnknown, type ResourceType } from "./resource.ts";

/** Inputs of a `KafkaTopic`, documented at `KafkaTopicArgs`. */
export interface KafkaTopicInputs extends KafkaConnection {
  readonly name: string;
  readonly partitions: number;
  readonly replicas?: number;
  readonly config?: Readonly<Record<string, string>>;
}

type TopicState = Required<Pick<KafkaTopicInputs, "partitions" | "replicas" | "config">>;

/** A topic in Kafka. */
export const kafkaTopicType: ResourceType<KafkaTopicInputs> = {
  outputs: [],
  replaceOn: ["name", "replicas"],

  check(olds, news) {
    return { inputs: news, failures: olds ? refuseShrinking(olds, news) : [] };
  },

  async create(inputs, context) {
    await withKafka(inputs, context, (admin) => ensure(admin, inputs));
    return { id: inputs.name, outputs: {} };
  },

  async update(_old, inputs, context) {
    await withKafka(inputs, context, (admin) => ensure(admin, inputs));
    return {};
  },

  async read(old, context) {
    const state = await withKafka(old.inputs, context, (admin) => stateOf(admin, old.inputs.name));
    if (!state) return undefined;
    const { replicas, ...rest } = state;
    return {
      inputs: { ...old.inputs, ...rest, ...("replicas" in old.inputs && { replicas }) },
      outputs: {},
    };
  },

  async delete({ inputs }, context) {
    await withKafka(inputs, context, async (admin) => {
      try {
        await admin.deleteTopics({ topics: [inputs.name] });
      } catch (error) {
        if (!hasKafkaError(error, "UNKNOWN_TOPIC_OR_PARTITION")) throw error;
      }
    });
  },
};

/** Makes the topic, or brings the one that exists into line. */
async function ensure(admin: Admin, inputs: KafkaTopicInputs): Promise<void> {
  const { name, partitions, replicas = 1, config = {} } = inputs;
  const configs = Object.entries(config).map(([key, value]) => ({ name: key, value }));
  try {
    await admin.createTopics({ topics: [name], partitions, replicas, configs });
    return;
  } catch (error) {
    if (!hasKafkaError(error, "TOPIC_ALREADY_EXISTS")) throw error;
  }
  const state = await stateOf(admin, name);
  if (state && state.partitions > partitions) {
    throw new Error(shrinkingOf(name, state.partitions, partitions));
  }
  if (state && state.partitions < partitions) {
    await admin.createPartitions({ topics: [{ name, count: partitions, assignments: null }] });
  }
  await alterConfig(admin, name, state?.config ?? {}, config);
}

/** Sets what differs and takes away what is no longer wanted; nothing else is touched. */
async function alterConfig(
  admin: Admin,
  name: string,
  old: Readonly<Record<string, string>>,
  wanted: Readonly<Record<string, string>>,
): Promise<void> {
  const { ConfigResourceTypes, IncrementalAlterConfigOperationTypes } = await import(
    "@platformatic/kafka"
  );
  const { SET, DELETE } = IncrementalAlterConfigOperationTypes;
  const set = Object.entries(wanted)
    .filter(([key, value]) => old[key] !== value)
    .map(([key, value]) => ({ name: key, configOperation: SET, value }));
  const remove = Object.keys(old)
    .filter((key) => !(key in wanted))
    .map((key) => ({ name: key, configOperation: DELETE }));
  const configs = [...set, ...remove];
  if (configs.length === 0) return;
  const resource = { resourceType: ConfigResourceTypes.TOPIC, resourceName: name, configs };
  await admin.incrementalAlterConfigs({ resources: [resource] });
}

/** The topic as the cluster has it, with the settings that are its own; undefined without it. */
async function stateOf(admin: Admin, name: string): Promise<TopicState | undefined> {
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
    partitions: topic.partitionsCount,
    replicas: topic.partitions[0]?.replicas.length ?? 1,
    config: Object.fromEntries(own.map(({ name: key, value }) => [key, value ?? ""])),
  };
}

function refuseShrinking(olds: KafkaTopicInputs, news: KafkaTopicInputs): Failure[] {
  const anew = olds.name !== news.name || olds.generation !== news.generation;
  if (anew || isUnknown(news.partitions) || news.partitions >= olds.partitions) return [];
  const reason = shrinkingOf(news.name, olds.partitions, news.partitions);
  return [{ property: "partitions", reason }];
}

function shrinkingOf(name: string, old: number, wanted: number): string {
  return (
    `Topic ${name} has ${old} partitions and cannot be cut down to ${wanted}: Kafka only adds. ` +
    `Keep at least ${old}, or destroy the stack and start it with new data.`
  );
}
