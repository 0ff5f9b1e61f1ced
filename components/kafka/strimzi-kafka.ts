import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { PolicySpec } from "#components/network/policies.ts";
import { inNamespace } from "#components/network/policies.ts";
import type { NetworkPeer, Place, Reach } from "#components/place.ts";
import { kept } from "#components/place.ts";
import type { BrokerAccess, KafkaEngineArgs } from "./engine.ts";
import {
  anywhere,
  apiServerPorts,
  clientPeers,
  makePolicies,
  makeUsers,
  rule,
  usersAmong,
} from "./engine.ts";
import type { Kafka, KafkaUser } from "./kafka.ts";
import {
  clientPort,
  clusterName,
  kafkaObject,
  metricsPort,
  nodePool,
  poolSpecs,
  topicObject,
  userObject,
} from "./strimzi-objects.ts";
import { topicSpecs } from "./topics.ts";
import { defaultKafkaTuning } from "./tuning.ts";
import { userSpecs, viewerSpec } from "./users.ts";

export type StrimziKafkaArgs = KafkaEngineArgs & {
  readonly access: BrokerAccess;
  /** Of Kafka, as the operator has an image of. */
  readonly version?: string;
  /** Where the operator runs, which talks to the brokers. */
  readonly operatorNamespace: string;
};

/** Kafka in the cluster, run by Strimzi. */
export class StrimziKafka extends pulumi.ComponentResource implements Kafka {
  readonly brokers: pulumi.Output<string>;
  readonly version = "3.9.0";
  readonly mechanism = "SCRAM-SHA-512";
  readonly tls = {
    caCertificate: { name: `${clusterName}-cluster-ca-cert`, key: "ca.crt" },
  };
  readonly userOf: Kafka["userOf"];
  readonly viewer: KafkaUser;
  readonly ready: readonly pulumi.Resource[];
  readonly reach: Reach = { peers: [pods("kafka")], ports: [clientPort] };

  constructor(name: string, args: StrimziKafkaArgs, opts?: pulumi.ComponentResourceOptions) {
    super("todo:kafka:StrimziKafka", name, {}, opts);
    const { place } = args;
    const child = { parent: this };
    // Data that is to stay stays together with what knows how to read it: a Kafka object that is
    // made anew has another id, and refuses the volumes of the one before.
    const holdsData = { ...child, ...kept(place), customTimeouts: timeouts };
    const tuning = { ...defaultKafkaTuning[place.size], ...args.tuning };
    const topics = topicSpecs(place.size, tuning.topics);

    makePolicies(policies(args), place, child);
    const pools = poolSpecs(place.size, tuning.storage).map(
      (pool) => new Custom(`kafka-${pool.name}`, nodePool(pool, place), holdsData),
    );
    const kafka = new Custom("kafka", kafkaObject(place, args.version ?? "4.3.0", tuning), {
      ...holdsData,
      dependsOn: pools,
    });
    // Never deleted with the Kafka object: the operator that takes away their finalizers goes with
    // it, so they go before.
    const madeTopics = topics.map(
      (topic) =>
        new Custom(`topic-${topic.name}`, topicObject(topic, place), {
          ...holdsData,
          dependsOn: kafka,
        }),
    );
    const users = makeUsers(args, child);
    const madeUsers = [...userSpecs(), viewerSpec].map((user) => {
      const { password } = users.get(user.name) as KafkaUser;
      return new Custom(`user-${user.name}`, userObject(user, password, place), {
        ...child,
        dependsOn: kafka,
        customTimeouts: timeouts,
      });
    });

    this.brokers = pulumi.output(
      `${clusterName}-kafka-bootstrap.${place.namespace}.svc:${clientPort}`,
    );
    ({ userOf: this.userOf, viewer: this.viewer } = usersAmong(users));
    this.ready = [kafka, ...madeTopics, ...madeUsers];
    this.registerOutputs();
  }
}

const Custom = k8s.apiextensions.CustomResource;

/** Nodes come up one after the other, and images may have to be fetched first. */
const timeouts = { create: "15m", update: "30m", delete: "10m" };

/** Pods that Strimzi makes for the cluster: nodes, or the operator of topics and users. */
const pods = (part: "kafka" | "entity-operator"): NetworkPeer => ({
  podSelector: { matchLabels: podLabels(part) },
});

const podLabels = (part: string) => ({
  "strimzi.io/cluster": clusterName,
  "strimzi.io/name": `${clusterName}-${part}`,
});

/** Between controllers; between brokers, and for Strimzi's own; of the agent beside each node. */
const innerPorts = { control: 9_090, replication: 9_091, agent: 8_443 };

function policies({ access, operatorNamespace, place }: StrimziKafkaArgs): PolicySpec[] {
  const operator = inNamespace(operatorNamespace);
  return [
    {
      name: "kafka",
      podLabels: podLabels("kafka"),
      ingress: [
        ...rule(clientPeers(access), [clientPort]),
        ...rule([pods("kafka")], [innerPorts.control, innerPorts.replication]),
        ...rule([pods("entity-operator")], [innerPorts.replication]),
        ...rule([operator], Object.values(innerPorts)),
        ...rule(access.monitoring, [metricsPort]),
      ],
      egress: [
        ...rule([pods("kafka")], [innerPorts.control, innerPorts.replication]),
        // Before it starts, a node asks which zone it is in.
        ...(rackAware(place) ? anywhere(apiServerPorts) : []),
      ],
    },
    {
      name: "kafka-entity-operator",
      podLabels: podLabels("entity-operator"),
      ingress: rule(access.monitoring, [8_080, 8_081]),
      egress: [...rule([pods("kafka")], [innerPorts.replication]), ...anywhere(apiServerPorts)],
    },
  ];
}

const rackAware = ({ zones }: Place): boolean => zones;
