import { type Change, kindOf } from "./changes.ts";

/** Kinds of Kubernetes objects whose deletion takes data with it, or may. */
const kubernetesKinds = new Set([
  ...["PersistentVolumeClaim", "PersistentVolume", "Namespace"],
  // With a definition go all objects of its kind, those of other namespaces too.
  "CustomResourceDefinition",
  // Strimzi's and Redpanda's.
  ...["Kafka", "KafkaNodePool", "KafkaTopic", "Redpanda", "Topic"],
  // CloudNativePG's.
  ...["Cluster", "Database", "ObjectStore"],
]);

/** Of the clouds, by the last word of a type: what stores, and the keys without which it is lost. */
const cloudKinds =
  /(database|databaseinstance|dbsystem|flexibleserver|server|redis|rediscluster|rediscache|redisenterprise|instance|cluster|cachecluster|eventhub|kafkacluster|topic|stream|streampool|bucket|bucketobject|storageaccount|blobcontainer|container|managedcluster|vault|keyvault|key|keyring|cryptokey|secret|disk|volume|filesystem)$/i;

/** Of the provider of our own: topics of the local stack, and processes that keep data. */
const hostKinds = new Set(["KafkaTopic", "DatabaseRole"]);

/** Whether data goes, or may go, when this resource does. */
export function holdsData(change: Pick<Change, "type" | "before" | "after">): boolean {
  const [provider] = change.type.split(":");
  const kind = kindOf(change);
  if (provider === "host") return hostKinds.has(kind);
  if (provider !== "kubernetes") return cloudKinds.test(kind);
  if (kind === "StatefulSet") return claims(change.before ?? change.after) > 0;
  return kubernetesKinds.has(kind);
}

const claims = (state: Change["before"]): number => {
  // biome-ignore lint/suspicious/noExplicitAny: the inputs of a StatefulSet
  const templates = (state?.inputs as any)?.spec?.volumeClaimTemplates;
  return Array.isArray(templates) ? templates.length : 0;
};
