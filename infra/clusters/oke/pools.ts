import { getNodePoolOptionOutput } from "@pulumi/oci/containerengine/getNodePoolOption.js";
import { NodePool } from "@pulumi/oci/containerengine/nodePool.js";
import { getAvailabilityDomainsOutput } from "@pulumi/oci/identity/getAvailabilityDomains.js";
import * as pulumi from "@pulumi/pulumi";
import { hasThreeDomains } from "../settings/oci-regions.ts";
import type { OkeClusterParts } from "./cluster.ts";
import type { OciPlace } from "./place.ts";
import { domains } from "./place.ts";

export type OkePools = { readonly system: NodePool; readonly workload: readonly NodePool[] };
type PoolsArgs = OkeClusterParts & { readonly clusterId: pulumi.Input<string> };

/**
 * One pool for the cluster's own programs, and a pool of its own for the workload in each domain: a
 * volume stands in one, and only so can the autoscaler add a node where that is.
 */
export function makePools(place: OciPlace, args: PoolsArgs): OkePools {
  const { config } = args;
  const placements = placementsIn(place, args);
  return {
    system: makePool("system", config.system, placements, onlyOwn, place, args),
    workload: placements.map((placement, index) =>
      makePool(`workload${index + 1}`, config.workload, [placement], {}, place, args),
    ),
  };
}

type Placement = { readonly availabilityDomain: pulumi.Output<string> };

/** Three availability domains where a region has them, else the three fault domains of its one. */
function placementsIn({ tenancyId, child }: OciPlace, { config, network }: PoolsArgs) {
  const three = hasThreeDomains(config.region);
  const { availabilityDomains } = getAvailabilityDomainsOutput({ compartmentId: tenancyId }, child);
  return domains.map((index) => ({
    availabilityDomain: availabilityDomains.apply((all) => {
      const domain = all[three ? index : 0];
      if (domain) return domain.name;
      throw new Error(
        `${config.region} has ${all.length} availability domains, not more than ${index}`,
      );
    }),
    ...(!three && { faultDomains: [`FAULT-DOMAIN-${index + 1}`] }),
    subnetId: network.nodes.id,
  }));
}

function makePool(
  of: string,
  size: OkeClusterParts["config"]["system"],
  placementConfigs: readonly (Placement & { readonly subnetId: pulumi.Output<string> })[],
  nodeMetadata: Record<string, string>,
  { name, compartmentId, child }: OciPlace,
  { clusterId, config, network, encryption }: PoolsArgs,
): NodePool {
  return new NodePool(
    `${name}-${of}`,
    {
      compartmentId,
      clusterId,
      name: of,
      kubernetesVersion: config.version,
      nodeShape: size.shape,
      nodeShapeConfig: { ocpus: size.ocpus, memoryInGbs: size.memoryGb },
      nodeSourceDetails: {
        sourceType: "IMAGE",
        imageId: imageFor(config.version, compartmentId, child),
        bootVolumeSizeInGbs: "64",
      },
      nodeConfigDetails: {
        size: of === "system" ? Math.max(size.least, placementConfigs.length) : size.least,
        placementConfigs: [...placementConfigs],
        nsgIds: [network.guards.nodes.id],
        kmsKeyId: encryption.keyId,
        isPvEncryptionInTransitEnabled: true,
        nodePoolPodNetworkOptionDetails: { cniType: "FLANNEL_OVERLAY" },
      },
      nodeMetadata,
      initialNodeLabels: [{ key: "pool", value: of }],
      // A newer version or image: a node is added before one is emptied and taken away.
      nodePoolCyclingDetails: {
        isNodeCyclingEnabled: true,
        maximumSurge: "1",
        maximumUnavailable: "0",
      },
      nodeEvictionNodePoolSettings: {
        evictionGraceDuration: "PT30M",
        isForceDeleteAfterGraceDuration: true,
      },
    },
    // How many there are now is the autoscaler's, the newest image that of the next version.
    { ...child, ignoreChanges: ["nodeConfigDetails.size", "nodeSourceDetails.imageId"] },
  );
}

/** The newest image that Oracle has for a version, for x86 and without graphics processors. */
function imageFor(version: string, compartmentId: string, child: OciPlace["child"]) {
  const { sources } = getNodePoolOptionOutput(
    {
      nodePoolOptionId: "all",
      compartmentId,
      nodePoolK8sVersion: version,
      nodePoolOsType: "OL8",
      nodePoolOsArch: "X86_64",
    },
    child,
  );
  return sources.apply((all) => {
    const fitting = all.filter(({ sourceName }) => !/gpu|aarch64/i.test(sourceName));
    const [newest] = fitting.sort((one, other) => other.sourceName.localeCompare(one.sourceName));
    if (newest) return newest.imageId;
    throw new pulumi.RunError(
      `Configuration key cluster.version is "${version}", for which OKE has no image of nodes. ` +
        "Which it has: oci ce node-pool-options get --node-pool-option-id all",
    );
  });
}

/**
 * A taint goes by what a node runs when it starts, as pools of OKE have no field for it.
 * Source: https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengusingcustomcloudinitscripts.htm
 */
const onlyOwn = {
  user_data: Buffer.from(
    [
      "#!/bin/bash",
      'curl --fail -H "Authorization: Bearer Oracle" -L0 ' +
        "http://169.254.169.254/opc/v2/instance/metadata/oke_init_script " +
        "| base64 --decode > /var/run/oke-init.sh",
      "bash /var/run/oke-init.sh --kubelet-extra-args " +
        '"--register-with-taints=CriticalAddonsOnly=true:NoSchedule"',
      "",
    ].join("\n"),
  ).toString("base64"),
};
