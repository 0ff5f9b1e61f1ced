import { z } from "zod";
import { addressSpace, allowedRanges, clusterName, dnsZone, leastToMost } from "./common.ts";
import { ociRegionFault } from "./oci-regions.ts";

const pool = (processors: number, memoryGb: number, least: number, most: number) =>
  z
    .strictObject({
      /** A flexible shape of x86 processors, for which images are built. */
      shape: z
        .string()
        .regex(/^VM\.[A-Za-z0-9.]+\.Flex$/, "must be a flexible shape, as VM.Standard.E5.Flex")
        .default("VM.Standard.E5.Flex"),
      /** OCPUs: each is two processors of Kubernetes. */
      ocpus: z.int().min(1).max(94).default(processors),
      memoryGb: z.int().min(8).max(1_049).default(memoryGb),
      least: z.int().min(1).default(least),
      most: z.int().min(1).default(most),
    })
    .refine(...leastToMost)
    .prefault({});

const region = z.string().refine((name) => ociRegionFault(name) === undefined, {
  error: ({ input }) => ociRegionFault(String(input)),
});

const ocid = (of: string) =>
  z
    .string()
    .regex(new RegExp(`^ocid1\\.${of}\\.`), `must be the OCID of a ${of}, as ocid1.${of}.…`);

/**
 * A cluster of Oracle Cloud. With these defaults about 480 € a month: 3 system and 3 workload nodes
 * 3 × 40 + 3 × 85, an enhanced cluster 70, balancer and logs 35; each further workload node 85.
 * What it costs today: https://www.oracle.com/cloud/costestimator.html
 */
export const oke = z.strictObject({
  kind: z.literal("oke"),
  /** Names what is made; two clusters of one compartment have two names. */
  name: clusterName,
  region: region.default("eu-frankfurt-1"),
  /** Where the tenancy was opened: users and policies are written there. By default the region. */
  homeRegion: region.optional(),
  tenancyId: ocid("tenancy"),
  /** In which everything is made; must be there. */
  compartmentId: z
    .string()
    .regex(/^ocid1\.compartment\./, "must be the OCID of a compartment, as ocid1.compartment.…"),
  version: z
    .string()
    .regex(/^v1\.\d+\.\d+$/, "must be a version that OKE has, as v1.34.1")
    .default("v1.34.1"),
  /** Who may talk to the API server, besides the nodes. */
  allowedRanges,
  /** How `oci ce cluster generate-token` signs in whoever runs Pulumi. */
  signIn: z
    .enum(["api_key", "security_token", "instance_principal", "resource_principal"])
    .default("api_key"),
  addressSpace,
  /** Where the cluster's own programs run: nodes over three domains. */
  system: pool(1, 16, 3, 6),
  /** Where everything else runs: so many nodes in each of three domains. */
  workload: pool(2, 32, 1, 5),
  dnsZone,
  /** How long logs are kept; Oracle has months of 30 days, six at most. */
  logDays: z.literal([30, 60, 90, 120, 150, 180]).default(90),
});

export type OkeConfig = z.infer<typeof oke>;
