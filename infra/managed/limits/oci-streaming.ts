import type { OciStreamingConfig } from "../settings/oci.ts";
import type { BrokerLimits } from "./broker.ts";

/** Hours for which a stream keeps records at least; what is to be gone earlier stays so long. */
export const leastRetentionHours = 24;

/**
 * What OCI Streaming can hold. It has no idempotent producers either, which nothing of ours is, and
 * cannot add partitions to a stream: such a change replaces it, and in prod is refused by `protect`.
 */
export const ociStreamingLimits = ({ partitions }: OciStreamingConfig): BrokerLimits => ({
  broker: `OCI Streaming, in a tenancy with ${partitions} partitions`,
  source:
    "https://docs.oracle.com/iaas/Content/Streaming/Concepts/streamingoverview_topic-Limits_on_Streaming_Resources.htm",
  // A pool has no limit of its own: each stream has a partition at least.
  topics: partitions,
  partitionsOfTopic: partitions,
  partitions,
  retentionHours: 7 * 24,
  // A request has 1 MB, keys and what records are wrapped in included.
  recordBytes: 950_000,
  groupsOfTopic: 50,
  // Each has a policy, of which a tenancy has a hundred.
  // https://docs.oracle.com/iaas/Content/General/Concepts/servicelimits.htm
  users: 100,
  // https://docs.oracle.com/iaas/Content/Streaming/Tasks/kafkacompatibility.htm
  cleanupPolicies: ["delete"],
  mechanisms: ["PLAIN"],
  lacks: ["transactions", "delete-records"],
});
