import { z } from "zod";
import { azureRegionFault } from "./azure-regions.ts";
import {
  addressSpace,
  allowedRanges,
  clusterName,
  dnsZone,
  leastToMost,
  maintenanceStart,
  minorVersion,
} from "./common.ts";

const pool = (machine: string, least: number, most: number) =>
  z
    .strictObject({
      /** Must have a local disk for the system, and run with encryption at the host. */
      machine: z.string().default(machine),
      least: z.int().min(1).default(least),
      most: z.int().min(1).default(most),
    })
    .refine(...leastToMost)
    .prefault({});

const maintenance = z.strictObject({
  ...maintenanceStart,
  /** Azure wants four hours at least. */
  hours: z.int().min(4).max(24).default(4),
});

/**
 * A cluster of Azure. With these defaults about 950 € a month in West Europe: 3 system and 3
 * workload nodes 6 × 125, API server with an SLA 65, NAT gateway and address 35, registry 45, logs
 * by volume; each further node 125. What it costs today: https://azure.microsoft.com/pricing/calculator
 */
export const aks = z.strictObject({
  kind: z.literal("aks"),
  /** Names what is made; two clusters of one subscription have two names. */
  name: clusterName,
  location: z
    .string()
    .refine((location) => azureRegionFault(location) === undefined, {
      error: ({ input }) => azureRegionFault(String(input)),
    })
    .default("westeurope"),
  version: minorVersion,
  /** Object ids of the groups in Entra whose members administer the cluster. */
  administrators: z.array(z.guid()).min(1),
  /** Who may talk to the API server, besides the cluster itself. */
  allowedRanges,
  /** How kubelogin signs in whoever runs Pulumi; `azurecli` is what `az login` left. */
  signIn: z.enum(["azurecli", "workloadidentity", "spn", "msi"]).default("azurecli"),
  addressSpace,
  /** Where the cluster's own programs run: nodes over three zones. */
  system: pool("Standard_D2ads_v5", 3, 6),
  /** Where everything else runs: so many nodes in each of three zones. */
  workload: pool("Standard_D4ads_v5", 1, 5),
  /** With `stable` and `rapid` the minor version is Azure's too, and `version` counts at the start. */
  upgrades: z.enum(["patch", "stable", "rapid", "none"]).default("patch"),
  maintenance: maintenance.prefault({}),
  dnsZone,
  logDays: z.int().min(30).max(730).default(90),
});

export type AksConfig = z.infer<typeof aks>;
