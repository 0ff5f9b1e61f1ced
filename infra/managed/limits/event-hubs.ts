import type { EventHubsConfig } from "../settings/azure.ts";
import type { BrokerLimits } from "./broker.ts";

const source = "https://learn.microsoft.com/azure/event-hubs/event-hubs-quotas";

/** Twelve rules of access a namespace has, and one of them is Azure's own. */
const users = 11;

const common = {
  source,
  users,
  // https://learn.microsoft.com/azure/event-hubs/apache-kafka-configurations: the service closes
  // the connection at 1,046,528 bytes of a request; what a record is wrapped in needs room too.
  recordBytes: 1_000_000,
  // https://learn.microsoft.com/azure/event-hubs/azure-event-hubs-apache-kafka-overview
  mechanisms: ["PLAIN", "OAUTHBEARER"],
  cleanupPolicies: ["delete", "compact"],
} as const;

/** What Event Hubs of a tier and size can hold. */
export const eventHubsLimits = ({ tier, units }: EventHubsConfig): BrokerLimits =>
  tier === "Standard"
    ? {
        ...common,
        broker: "Event Hubs, tier Standard",
        topics: 10,
        partitionsOfTopic: 32,
        partitions: 10 * 32,
        retentionHours: 7 * 24,
        // https://learn.microsoft.com/azure/event-hubs/apache-kafka-transactions: dearer tiers only
        lacks: ["transactions", "delete-records"],
      }
    : {
        ...common,
        broker: `Event Hubs, tier Premium with ${units} processing unit${units === 1 ? "" : "s"}`,
        topics: 100,
        partitionsOfTopic: 100,
        partitions: 200 * units,
        retentionHours: 90 * 24,
        lacks: ["delete-records"],
      };
