import { z } from "zod";
import {
  addressSpace,
  allowedRanges,
  clusterName,
  dnsZone,
  leastToMost,
  maintenanceStart,
  minorVersion,
} from "./common.ts";
import { googleRegionFault } from "./google-regions.ts";

const pool = (machine: string, least: number, most: number) =>
  z
    .strictObject({
      machine: z.string().default(machine),
      /** In each of the three zones. */
      least: z.int().min(1).default(least),
      most: z.int().min(1).default(most),
    })
    .refine(...leastToMost)
    .prefault({});

const maintenance = z.strictObject({
  ...maintenanceStart,
  /**
   * Google wants 48 hours within 32 days, which are four weeks: twelve each.
   * Source: https://cloud.google.com/kubernetes-engine/docs/concepts/maintenance-windows-and-exclusions
   */
  hours: z
    .int()
    .min(12, "must be 12 at least: Google wants 48 hours in 32 days")
    .max(24)
    .default(12),
});

/**
 * A cluster of Google Cloud. With these defaults about 650 € a month in europe-west1: 3 system nodes
 * 3 × 55, 3 workload nodes 3 × 110, the control plane 70, NAT and addresses 45, disks 30, logs by
 * volume; each further node 110. What it costs today: https://cloud.google.com/products/calculator
 */
export const gke = z.strictObject({
  kind: z.literal("gke"),
  /** Names what is made; two clusters of one project have two names. */
  name: clusterName,
  /**
   * Id of the project, which has to be there, to be billed, and to have the interfaces Service Usage
   * and Cloud Resource Manager switched on; all others are by this program.
   */
  project: z
    .string()
    .regex(/^[a-z][a-z0-9-]{4,28}[a-z0-9]$/, "must be the id of a project, as todo-prod-1234"),
  region: z
    .string()
    .refine((region) => googleRegionFault(region) === undefined, {
      error: ({ input }) => googleRegionFault(String(input)),
    })
    .default("europe-west1"),
  version: minorVersion,
  /** Who may talk to the API server, besides the cluster itself. */
  allowedRanges,
  addressSpace,
  /** Where the cluster's own programs run. */
  system: pool("e2-standard-2", 1, 2),
  /** Where everything else runs. */
  workload: pool("e2-standard-4", 1, 5),
  /** The release channel, which upgrades by itself. */
  upgrades: z.enum(["rapid", "regular", "stable", "extended"]).default("regular"),
  maintenance: maintenance.prefault({}),
  dnsZone,
  logDays: z.int().min(30).max(3650).default(90),
});

export type GkeConfig = z.infer<typeof gke>;
