import { z } from "zod";
import { azureRegionFault } from "./azure-regions.ts";

const pool = (machine: string, least: number, most: number) =>
  z
    .strictObject({
      /** Must have a local disk for the system, and run with encryption at the host. */
      machine: z.string().default(machine),
      least: z.int().min(1).default(least),
      most: z.int().min(1).default(most),
    })
    .refine((sizes) => sizes.least <= sizes.most, {
      path: ["most"],
      message: "must not be less than least",
    })
    .prefault({});

/** Addresses that may talk to the API server, as `203.0.113.0/24`. */
const range = z
  .cidrv4()
  .refine((cidr) => !cidr.endsWith("/0"), "is the whole internet: name the ranges of your network");

const maintenance = z.strictObject({
  day: z
    .enum(["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"])
    .default("Sunday"),
  /** Start of the window in UTC, as `02:00`. */
  startsAt: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/, "must be a time, as 02:00")
    .default("02:00"),
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
  name: z
    .string()
    .regex(/^[a-z][a-z0-9]{2,9}$/, "must be 3 to 10 small letters and digits, a letter first")
    .default("todo"),
  location: z
    .string()
    .refine((location) => azureRegionFault(location) === undefined, {
      error: ({ input }) => azureRegionFault(String(input)),
    })
    .default("westeurope"),
  version: z
    .string()
    .regex(/^1\.\d+$/, "must be a minor version of Kubernetes, as 1.34")
    .default("1.34"),
  /** Object ids of the groups in Entra whose members administer the cluster. */
  administrators: z.array(z.guid()).min(1),
  /** Who may talk to the API server, besides the cluster itself. */
  allowedRanges: z.array(range).min(1),
  /** How kubelogin signs in whoever runs Pulumi; `azurecli` is what `az login` left. */
  signIn: z.enum(["azurecli", "workloadidentity", "spn", "msi"]).default("azurecli"),
  /** Of the network; must not overlap with what it is to be connected to. */
  addressSpace: z
    .string()
    .regex(/^10\.\d{1,3}\.0\.0\/16$/, "must be a private /16, as 10.64.0.0/16")
    .default("10.64.0.0/16"),
  /** Where the cluster's own programs run: nodes over three zones. */
  system: pool("Standard_D2ads_v5", 3, 6),
  /** Where everything else runs: so many nodes in each of three zones. */
  workload: pool("Standard_D4ads_v5", 1, 5),
  upgrades: z.enum(["patch", "stable", "rapid", "none"]).default("patch"),
  maintenance: maintenance.prefault({}),
  /** A zone of names that is made, and whose own and wildcard address is that of the gateway. */
  dnsZone: z
    .string()
    .regex(/^([a-z0-9-]+\.)+[a-z]{2,}$/, "must be a domain, as todo.example.com")
    .optional(),
  logDays: z.int().min(30).max(730).default(90),
});

export type AksConfig = z.infer<typeof aks>;
