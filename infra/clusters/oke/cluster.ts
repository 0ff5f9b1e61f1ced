import { Cluster } from "@pulumi/oci/containerengine/cluster.js";
import type * as pulumi from "@pulumi/pulumi";
import { kept } from "#components/place.ts";
import type { OciHome } from "../home.ts";
import type { OkeConfig } from "../settings/oke.ts";
import type { OkeNetwork } from "./network.ts";
import { addressesIn } from "./network.ts";
import type { OciPlace } from "./place.ts";

export type OkeClusterParts = {
  readonly config: OkeConfig;
  readonly network: OkeNetwork;
  readonly encryption: OciHome["encryption"];
  readonly keepData: boolean;
  /** What is asked before it is made. */
  readonly before: readonly pulumi.ResourceHook[];
};

/**
 * The control plane. It is of the enhanced type, as only that knows identities of workloads, add-ons
 * and has an SLA of 99.95 %; Oracle keeps it in three places and patches it without being asked. A
 * newer version is a change of `cluster.version`: there is no channel that would do it by itself.
 * Source: https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengworkingwithenhancedclusters.htm
 */
export function makeCluster(place: OciPlace, parts: OkeClusterParts): Cluster {
  const { name, compartmentId, child } = place;
  const { config, network, encryption } = parts;
  const addresses = addressesIn(config.addressSpace);
  return new Cluster(
    name,
    {
      compartmentId,
      name,
      type: "ENHANCED_CLUSTER",
      kubernetesVersion: config.version,
      vcnId: network.network.id,
      kmsKeyId: encryption.keyId,
      endpointConfig: {
        isPublicIpEnabled: true,
        subnetId: network.endpoint.id,
        nsgIds: [network.guards.endpoint.id],
      },
      clusterPodNetworkOptions: [{ cniType: "FLANNEL_OVERLAY" }],
      options: {
        kubernetesNetworkConfig: {
          podsCidr: addresses.pods,
          servicesCidr: addresses.clusterIps,
        },
        serviceLbSubnetIds: [network.balancers.id],
      },
    },
    {
      ...child,
      ...kept(parts),
      hooks: { beforeCreate: [...parts.before] },
      // Another beside the old one is what is looked for.
      deleteBeforeReplace: true,
    },
  );
}
