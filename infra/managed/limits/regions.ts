import type { ManagedEngine } from "../config.ts";

type Absence = {
  /** As people call it. */
  readonly service: string;
  /** Regions of its cloud in which it is not. */
  readonly missing: readonly string[];
  /** Where the vendor lists those in which it is. */
  readonly source: string;
};

/** Services that are not everywhere where their cloud's clusters can be. */
const absences: Partial<Readonly<Record<ManagedEngine, Absence>>> = {
  "google-managed-kafka": {
    service: "Google Managed Kafka",
    missing: ["asia-southeast3", "northamerica-south1"],
    // The endpoints of its interface, one for each region.
    source: "https://managedkafka.googleapis.com/$discovery/rest?version=v1",
  },
};

/** Why an engine cannot be in a region, with the source; nothing where it can. */
export function regionFault(engine: ManagedEngine, region: string): string | undefined {
  const absence = absences[engine];
  if (!absence?.missing.includes(region)) return undefined;
  return `${absence.service} is not in the region ${region}. Source: ${absence.source}`;
}
