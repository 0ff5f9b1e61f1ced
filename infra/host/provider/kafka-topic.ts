import type { KafkaConnection } from "#apps/provision/kafka-admin.ts";
import { withKafka } from "#apps/provision/kafka-admin.ts";
import { ensureTopic, removeTopic, shrinkingOf, topicOf } from "#apps/provision/kafka-topic.ts";
import { type Failure, isUnknown, type ResourceType } from "./resource.ts";

/** Inputs of a `KafkaTopic`, documented at `KafkaTopicArgs`. */
export interface KafkaTopicInputs extends KafkaConnection {
  readonly generation: string;
  readonly name: string;
  readonly partitions: number;
  readonly replicas?: number;
  readonly config?: Readonly<Record<string, string>>;
}

/** A topic in Kafka. */
export const kafkaTopicType: ResourceType<KafkaTopicInputs> = {
  outputs: [],
  replaceOn: ["name", "replicas"],

  check(olds, news) {
    return { inputs: news, failures: olds ? refuseShrinking(olds, news) : [] };
  },

  async create(inputs, context) {
    await withKafka(inputs, context, (admin) => ensureTopic(admin, whole(inputs)));
    return { id: inputs.name, outputs: {} };
  },

  async update(_old, inputs, context) {
    await withKafka(inputs, context, (admin) => ensureTopic(admin, whole(inputs)));
    return {};
  },

  async read(old, context) {
    const state = await withKafka(old.inputs, context, (admin) => topicOf(admin, old.inputs.name));
    if (!state) return undefined;
    const { replicas, ...rest } = state;
    return {
      inputs: { ...old.inputs, ...rest, ...(isSaid(old.inputs.replicas) && { replicas }) },
      outputs: {},
    };
  },

  async delete({ inputs }, context) {
    await withKafka(inputs, context, (admin) => removeTopic(admin, inputs.name));
  },
};

/** Whether the number of copies is ours to say: -1 leaves it to the brokers. */
const isSaid = (replicas: number | undefined): boolean => replicas !== undefined && replicas > 0;

const whole = ({ name, partitions, replicas = 1, config = {} }: KafkaTopicInputs) => ({
  name,
  partitions,
  replicas,
  config,
});

function refuseShrinking(olds: KafkaTopicInputs, news: KafkaTopicInputs): Failure[] {
  const anew = olds.name !== news.name || olds.generation !== news.generation;
  if (anew || isUnknown(news.partitions) || news.partitions >= olds.partitions) return [];
  const reason = shrinkingOf(news.name, olds.partitions, news.partitions);
  return [{ property: "partitions", reason }];
}
