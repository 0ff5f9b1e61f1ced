import type { Resource } from "../resource.ts";
import { nameOf } from "../resource.ts";
import type { ResourceRule } from "../rule.ts";

/** Topics as resources of the operators of Kafka and Redpanda. */
export const topicKinds: readonly string[] = [
  "kafka.strimzi.io/KafkaTopic",
  "cluster.redpanda.com/Topic",
];

/** The topics that are resources of the stack. */
export const topicsOf = (resources: readonly Resource[]): Resource[] =>
  resources.filter(({ kind }) => topicKinds.includes(kind));

/** The name by which clients know a topic. */
export const topicName = (topic: Resource): string =>
  topic.props.spec?.topicName ?? topic.props.spec?.overwriteTopicName ?? nameOf(topic);

/** How many partitions a topic has; `undefined` where the broker decides. */
export const partitionsOf = ({ props }: Resource): number | undefined => props.spec?.partitions;

export const topicsSurviveABroker: ResourceRule = {
  name: "topics-survive-a-broker",
  says: "In prod a topic has three replicas, two of which have what was acknowledged.",
  remedy: "Set three replicas and min.insync.replicas: 2, the sizes of components/kafka/topics.ts.",
  about: topicKinds,
  faultsOf: ({ kind, props: { spec } }, { size }) => {
    if (size !== "prod") return [];
    const replicas = Number(spec?.replicas ?? spec?.replicationFactor ?? 1);
    // Redpanda always waits for a majority.
    const inSync = kind.startsWith("cluster.redpanda.com/")
      ? 2
      : Number(spec?.config?.["min.insync.replicas"] ?? 1);
    return [
      ...(replicas < 3 ? [`has ${replicas} of the three replicas that outlive a broker`] : []),
      ...(inSync < 2 ? ["is acknowledged when a single broker has it"] : []),
      ...(replicas >= 3 && inSync >= replicas ? ["cannot be written with one broker away"] : []),
    ];
  },
};
