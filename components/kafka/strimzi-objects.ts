import type * as pulumi from "@pulumi/pulumi";
import type { StackSize } from "#apps/contracts/topics.ts";
import type { Place, SecretKey } from "#components/place.ts";
import { labelsOf, withAnnotations } from "#components/place.ts";
import type { TopicSpec } from "./topics.ts";
import type { Durability, KafkaTuning } from "./tuning.ts";
import { durabilityOf } from "./tuning.ts";
import type { UserSpec } from "./users.ts";
import { annotationsOf } from "./users.ts";

const apiVersion = "kafka.strimzi.io/v1";
/** Of the Kafka object, and so the first part of the names of all that Strimzi makes of it. */
export const clusterName = "todo";
export const clientPort = 9_093;
export const metricsPort = 9_404;

/** By which Strimzi's topics, users and node pools say whose they are. */
const cluster = { "strimzi.io/cluster": clusterName };

type Role = "controller" | "broker";

/** A group of nodes that are alike. */
export type PoolSpec = {
  readonly name: string;
  readonly roles: readonly Role[];
  readonly replicas: number;
  readonly storage: string;
  readonly heap: string;
  readonly cpu: string;
  readonly memory: string;
};

/** One node that is everything on a laptop; in production controllers apart from brokers. */
export const poolSpecs = (size: StackSize, storage: string): PoolSpec[] =>
  size === "dev"
    ? [
        {
          name: "node",
          roles: ["controller", "broker"],
          replicas: 1,
          storage,
          heap: "512m",
          cpu: "250m",
          memory: "1Gi",
        },
      ]
    : [
        {
          name: "controller",
          roles: ["controller"],
          replicas: 3,
          storage: "10Gi",
          heap: "1g",
          cpu: "250m",
          memory: "2Gi",
        },
        {
          name: "broker",
          roles: ["broker"],
          replicas: 3,
          storage,
          heap: "2g",
          cpu: "1",
          memory: "6Gi",
        },
      ];

/** Where an object stands, and what a program waits for before it goes on. */
const metadata = (name: string, { namespace }: Place, ready: boolean, labels = {}) => ({
  name,
  namespace,
  labels: { ...labelsOf(name), ...labels },
  ...(ready && { annotations: { "pulumi.com/waitFor": "condition=Ready" } }),
});

/** A node pool; it is ready as a part of the Kafka object only. */
export const nodePool = (spec: PoolSpec, place: Place) => ({
  apiVersion,
  kind: "KafkaNodePool",
  metadata: metadata(spec.name, place, false, cluster),
  spec: {
    roles: [...spec.roles],
    replicas: spec.replicas,
    storage: {
      // A list of one: further volumes can be added, a single one not be made into a list.
      type: "jbod",
      volumes: [
        {
          id: 0,
          type: "persistent-claim",
          kraftMetadata: "shared",
          size: spec.storage,
          ...(place.storageClass !== undefined && { class: place.storageClass }),
          deleteClaim: !place.keepData,
        },
      ],
    },
    jvmOptions: { "-Xms": spec.heap, "-Xmx": spec.heap },
    resources: {
      requests: { cpu: spec.cpu, memory: spec.memory },
      limits: { memory: spec.memory },
    },
    template: {
      pod: { ...podTemplate, topologySpreadConstraints: spreadOf(spec.name, place) },
      kafkaContainer: { securityContext: restricted },
      // Asks which zone the node is in.
      initContainer: { securityContext: restricted },
    },
  },
});

// What the level of the namespace asks for; Strimzi's scripts want to write here and there.
const restricted = { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } };

const podTemplate = {
  enableServiceLinks: false,
  securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
};

const spreadOf = (pool: string, { size, zones }: Place) =>
  ["kubernetes.io/hostname", ...(zones ? ["topology.kubernetes.io/zone"] : [])].map(
    (topologyKey) => ({
      maxSkew: 1,
      topologyKey,
      whenUnsatisfiable: size === "prod" ? "DoNotSchedule" : "ScheduleAnyway",
      labelSelector: { matchLabels: { ...cluster, "strimzi.io/pool-name": pool } },
    }),
  );

/** The cluster: one listener, by which everyone comes encrypted and with a password. */
export const kafkaObject = (place: Place, version: string, tuning: KafkaTuning) => ({
  apiVersion,
  kind: "Kafka",
  metadata: metadata(clusterName, place, true),
  spec: {
    kafka: {
      version,
      listeners: [
        {
          name: "clients",
          port: clientPort,
          type: "internal",
          tls: true,
          authentication: { type: "scram-sha-512" },
        },
      ],
      authorization: { type: "simple" },
      config: brokerConfig(durabilityOf[place.size], tuning),
      ...(place.zones && {
        rack: { type: "topology-label", topologyKey: "topology.kubernetes.io/zone" },
      }),
      metricsConfig: {
        type: "strimziMetricsReporter",
        values: { allowList: ["kafka_(log|server|network|controller|cluster)_.*"] },
      },
      template: { podDisruptionBudget: { maxUnavailable: 1 } },
    },
    entityOperator: entityOperator(place.size),
  },
});

const brokerConfig = ({ replicas, inSync }: Durability, tuning: KafkaTuning) => ({
  "auto.create.topics.enable": false,
  "default.replication.factor": replicas,
  "min.insync.replicas": inSync,
  "offsets.topic.replication.factor": replicas,
  "transaction.state.log.replication.factor": replicas,
  "transaction.state.log.min.isr": inSync,
  "share.coordinator.state.topic.replication.factor": replicas,
  "share.coordinator.state.topic.min.isr": inSync,
  "socket.send.buffer.bytes": tuning.socketSendBufferBytes,
  "socket.receive.buffer.bytes": tuning.socketReceiveBufferBytes,
  "socket.request.max.bytes": tuning.socketRequestMaxBytes,
  "num.network.threads": tuning.networkThreads,
  "num.io.threads": tuning.ioThreads,
});

/** What makes topics and users. Its Secrets of users are beside ours, of which nobody needs two. */
const entityOperator = (size: StackSize) => {
  const resources = {
    requests: { cpu: "20m", memory: size === "prod" ? "384Mi" : "256Mi" },
    limits: { memory: size === "prod" ? "512Mi" : "384Mi" },
  };
  return {
    topicOperator: { resources },
    userOperator: { secretPrefix: "strimzi-", resources },
    template: {
      pod: podTemplate,
      topicOperatorContainer: { securityContext: restricted },
      userOperatorContainer: { securityContext: restricted },
    },
  };
};

/** A topic. What Kubernetes would not take for a name is a name in Kafka all the same. */
export const topicObject = ({ name, partitions, replicas, config }: TopicSpec, place: Place) => ({
  apiVersion,
  kind: "KafkaTopic",
  metadata: metadata(objectName(name), place, true, cluster),
  spec: { topicName: name, partitions, replicas, config },
});

/** A user with our password and exactly these rights. */
export const userObject = ({ name, grants }: UserSpec, password: SecretKey, place: Place) => ({
  apiVersion,
  kind: "KafkaUser",
  metadata: withAnnotations(metadata(name, place, true, cluster), annotationsOf(name)),
  spec: {
    authentication: {
      type: "scram-sha-512",
      password: {
        valueFrom: {
          secretKeyRef: { name: password.name as pulumi.Input<string>, key: password.key },
        },
      },
    },
    authorization: {
      type: "simple",
      acls: grants.map((grant) => ({
        type: "allow",
        resource: resourceOf(grant),
        operations: [...grant.operations],
        host: "*",
      })),
    },
  },
});

/** There is one cluster, and Strimzi knows it without a name. */
const resourceOf = ({ resourceType, name }: UserSpec["grants"][number]) =>
  resourceType === "cluster"
    ? { type: resourceType }
    : { type: resourceType, name, patternType: "literal" };

const objectName = (topic: string): string => topic.toLowerCase().replaceAll(/[^a-z0-9.-]/g, "-");
