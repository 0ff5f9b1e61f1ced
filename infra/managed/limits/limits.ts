import type { ManagedKafkaConfig } from "../config.ts";
import type { BrokerLimits } from "./broker.ts";
import { eventHubsLimits } from "./event-hubs.ts";
import { googleManagedKafkaLimits } from "./google-managed-kafka.ts";
import { ociStreamingLimits } from "./oci-streaming.ts";

type ByEngine = {
  readonly [E in ManagedKafkaConfig["engine"]]: (
    config: Extract<ManagedKafkaConfig, { engine: E }>,
  ) => { readonly limits: BrokerLimits; readonly mechanism: string; readonly remedy: string };
};

/** What each managed Kafka can hold, how we sign in to it, and what helps where it is too little. */
const engines: ByEngine = {
  "event-hubs": (config) => ({
    limits: eventHubsLimits(config),
    mechanism: "PLAIN",
    remedy:
      "Set kafka.tier Premium or more kafka.units, lower kafka.tuning.topics, " +
      "or choose another kafka.engine.",
  }),
  "google-managed-kafka": (config) => ({
    limits: googleManagedKafkaLimits(config),
    mechanism: "PLAIN",
    remedy: "Set more kafka.processors, lower kafka.tuning.topics, or choose another kafka.engine.",
  }),
  "oci-streaming": (config) => ({
    limits: ociStreamingLimits(config),
    mechanism: "PLAIN",
    remedy:
      "Lower kafka.tuning.topics, as <topic>.retentionHours, set kafka.partitions to what Oracle " +
      "lets your tenancy have, or choose another kafka.engine.",
  }),
};

/** The same for the one that is chosen, with its tier and size. */
export const limitsOf = (config: ManagedKafkaConfig) =>
  (engines[config.engine] as (config: ManagedKafkaConfig) => ReturnType<ByEngine["event-hubs"]>)(
    config,
  );
