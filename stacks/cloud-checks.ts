import { configCommand } from "#components/config-command.ts";
import { topicSpecs } from "#components/kafka/topics.ts";
import { userSpecs, viewerSpec } from "#components/kafka/users.ts";
import { cloudOf } from "#infra/clusters/config.ts";
import type { ManagedEngine, ManagedKafkaConfig } from "#infra/managed/config.ts";
import { cloudOfEngine } from "#infra/managed/config.ts";
import { brokerFaults } from "#infra/managed/limits/broker.ts";
import { limitsOf } from "#infra/managed/limits/limits.ts";
import { regionFault } from "#infra/managed/limits/regions.ts";
import type { KubernetesSettings } from "./kubernetes-config.ts";

/**
 * What does not go together in a configuration whose every key is sound by itself: services of one
 * cloud on a cluster of another or in a region without them, and brokers that cannot hold what the contracts ask for.
 */
export const cloudFaults = (config: KubernetesSettings): string[] => [
  ...strangers(config),
  ...absences(config),
  ...brokerShortages(config),
  ...unreadableSecrets(config),
];

/** Whether an engine is one that this program makes in a cloud. */
const isManaged = (engine: string): engine is ManagedEngine => engine in cloudOfEngine;

/** The engines of a configuration, by their keys. */
function enginesOf({ kafka, postgres, redis, secrets }: KubernetesSettings): [string, string][] {
  const backup = postgres.engine === "cloudnative-pg" ? postgres.backup : undefined;
  return [
    ["kafka.engine", kafka.engine],
    ["postgres.engine", postgres.engine],
    ["redis.engine", redis.engine],
    ["secrets.store", secrets.store],
    ...(backup && "store" in backup
      ? [["postgres.backup.store", backup.store] satisfies [string, string]]
      : []),
  ];
}

function strangers(config: KubernetesSettings): string[] {
  const cloud = cloudOf(config.cluster);
  return enginesOf(config).flatMap(([key, engine]) => {
    if (!isManaged(engine) || cloudOfEngine[engine] === cloud) return [];
    const where = cloud === undefined ? "in no cloud of ours" : `in ${cloud}`;
    return [
      `Configuration key ${key} is ${JSON.stringify(engine)}, a service of ${cloudOfEngine[engine]}, ` +
        `but cluster.kind is ${JSON.stringify(config.cluster.kind)}, which stands ${where}. ` +
        `Set one of them otherwise: ${configCommand(`set --path ${key} <value>`)}`,
    ];
  });
}

/** Services that the cluster's region does not have; where another stack made it, nobody knows yet. */
function absences(config: KubernetesSettings): string[] {
  const { cluster } = config;
  if (cluster.kind !== "gke") return [];
  return enginesOf(config).flatMap(([key, engine]) => {
    const fault = isManaged(engine) ? regionFault(engine, cluster.region) : undefined;
    if (fault === undefined) return [];
    return [
      `Configuration key ${key} is ${JSON.stringify(engine)}: ${fault} ` +
        "Set cluster.region otherwise, or choose another engine: " +
        configCommand(`set --path ${key} <value>`),
    ];
  });
}

function brokerShortages({ kafka, size }: KubernetesSettings): string[] {
  if (!isManaged(kafka.engine)) return [];
  const { tuning, ...chosen } = kafka;
  const { limits, mechanism, remedy } = limitsOf(chosen as ManagedKafkaConfig);
  const topics = topicSpecs(size, tuning.topics, "brokers");
  const users = [...userSpecs(), viewerSpec].length;
  return brokerFaults(limits, { topics, users, mechanism }, remedy);
}

/** What is made in the cluster, and known there alone, too late to be put into a vault. */
function unreadableSecrets({ kafka, secrets, stateStore }: KubernetesSettings): string[] {
  // External Secrets fills Secrets of Kubernetes, among which these are more.
  if (secrets.store === "kubernetes" || secrets.store === "oci-vault") return [];
  const ownAuthority =
    ["strimzi", "redpanda"].includes(kafka.engine) ||
    (kafka.engine === "external" && typeof kafka.tls === "object");
  const asSecrets = [
    ...(ownAuthority
      ? [`kafka.engine is ${JSON.stringify(kafka.engine)}, whose certificate authority`]
      : []),
    ...(stateStore === "postgres" ? ['stateStore is "postgres", whose address'] : []),
  ];
  return asSecrets.map(
    (what) =>
      `Configuration key secrets.store is ${JSON.stringify(secrets.store)}, but ${what} is a Secret of ` +
      `Kubernetes. Set it: ${configCommand("set --path secrets.store kubernetes")}`,
  );
}
