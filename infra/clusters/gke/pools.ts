import { NodePool } from "@pulumi/gcp/container/nodePool.js";
import type * as pulumi from "@pulumi/pulumi";
import type { GkeConfig } from "../settings/gke.ts";
import { zonesOf } from "../settings/google-regions.ts";
import type { GooglePlace } from "./place.ts";

/** What all nodes have in common: started only as signed, with the metadata of no other's account. */
export const nodeDefaults = (args: {
  readonly account: pulumi.Input<string>;
  readonly keyId: pulumi.Input<string>;
}) => ({
  imageType: "COS_CONTAINERD",
  diskType: "pd-balanced",
  diskSizeGb: 50,
  bootDiskKmsKey: args.keyId,
  serviceAccount: args.account,
  // What the account may do is said by its roles.
  oauthScopes: ["https://www.googleapis.com/auth/cloud-platform"],
  shieldedInstanceConfig: { enableSecureBoot: true, enableIntegrityMonitoring: true },
  workloadMetadataConfig: { mode: "GKE_METADATA" },
  metadata: { "disable-legacy-endpoints": "true" },
});

/**
 * The pools, each over three zones: the system's, which only the cluster's own programs tolerate, and
 * that of everything else. In each zone the autoscaler has a group of its own, so that it can add a
 * node where the volume of a waiting pod is.
 * Source: https://cloud.google.com/kubernetes-engine/docs/how-to/isolate-workloads-dedicated-nodes
 */
export const makePools = (
  { name, project, region, child }: GooglePlace,
  args: {
    readonly config: GkeConfig;
    readonly cluster: pulumi.Input<string>;
    readonly account: pulumi.Input<string>;
    readonly keyId: pulumi.Input<string>;
  },
): NodePool[] =>
  (["system", "workload"] as const).map((pool) => {
    const { machine, least, most } = args.config[pool];
    return new NodePool(
      `${name}-${pool}`,
      {
        project,
        location: region,
        name: pool,
        cluster: args.cluster,
        nodeLocations: zonesOf(region),
        initialNodeCount: least,
        autoscaling: { minNodeCount: least, maxNodeCount: most, locationPolicy: "BALANCED" },
        management: { autoRepair: true, autoUpgrade: true },
        upgradeSettings: { strategy: "SURGE", maxSurge: 1, maxUnavailable: 0 },
        networkConfig: { enablePrivateNodes: true },
        nodeConfig: {
          ...nodeDefaults(args),
          machineType: machine,
          labels: { pool },
          ...(pool === "system" && { taints: [ofSystem] }),
        },
      },
      // How many there were at first is of no matter later, the version that of the channel.
      { ...child, ignoreChanges: ["initialNodeCount", "version"] },
    );
  });

const ofSystem = {
  key: "components.gke.io/gke-managed-components",
  value: "true",
  effect: "NO_SCHEDULE",
};
