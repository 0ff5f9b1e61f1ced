import type { GoogleManagedKafkaConfig } from "../settings/google.ts";
import type { BrokerLimits } from "./broker.ts";

/**
 * Google's limits are those of a project (clusters, processors, memory), none of topics, partitions,
 * retention or users: https://cloud.google.com/managed-service-for-apache-kafka/docs/quotas
 */
const none = Number.POSITIVE_INFINITY;

/** What Google Managed Kafka can hold: it is Apache Kafka, of which only the ways in are fewer. */
export const googleManagedKafkaLimits = ({
  processors,
}: Pick<GoogleManagedKafkaConfig, "processors">): BrokerLimits => ({
  broker: `Google Managed Kafka with ${processors} processors`,
  source: "https://cloud.google.com/managed-service-for-apache-kafka/docs/authentication-kafka",
  topics: none,
  partitionsOfTopic: none,
  partitions: none,
  retentionHours: none,
  recordBytes: none,
  users: none,
  cleanupPolicies: ["delete", "compact"],
  mechanisms: ["PLAIN", "OAUTHBEARER"],
  lacks: [],
});
