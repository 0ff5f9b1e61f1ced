import { AgentPool } from "@pulumi/azure-native/containerservice/agentPool.js";
import type * as pulumi from "@pulumi/pulumi";
import type { AksConfig } from "../settings/aks.ts";
import type { AzurePlace } from "./place.ts";
import { zones } from "./place.ts";

/** What all nodes have in common: private, encrypted down to the host's cache, replaced one third at a time. */
export const nodeDefaults = {
  type: "VirtualMachineScaleSets",
  osType: "Linux",
  osSKU: "AzureLinux",
  enableAutoScaling: true,
  enableEncryptionAtHost: true,
  enableNodePublicIP: false,
  upgradeSettings: { maxSurge: "33%", drainTimeoutInMinutes: 30 },
} as const;

/** The pool that a cluster begins with: its own programs and nothing else, over three zones. */
export const systemPool = ({ system }: AksConfig, subnetId: pulumi.Input<string>) => ({
  ...nodeDefaults,
  name: "system",
  mode: "System",
  vmSize: system.machine,
  minCount: system.least,
  maxCount: system.most,
  count: system.least,
  availabilityZones: [...zones],
  vnetSubnetID: subnetId,
  nodeTaints: ["CriticalAddonsOnly=true:NoSchedule"],
});

/**
 * A pool of its own in each zone: a volume stands in one zone, and only so can the autoscaler add a
 * node where the volume of a waiting pod is.
 * Source: https://learn.microsoft.com/azure/aks/cluster-autoscaler-overview
 */
export const makeWorkloadPools = (
  { name, group, child }: AzurePlace,
  args: {
    readonly config: AksConfig;
    readonly cluster: pulumi.Input<string>;
    readonly subnetId: pulumi.Input<string>;
  },
): AgentPool[] =>
  zones.map(
    (zone) =>
      new AgentPool(
        `${name}-workload${zone}`,
        {
          ...nodeDefaults,
          resourceGroupName: group,
          resourceName: args.cluster,
          agentPoolName: `workload${zone}`,
          mode: "User",
          vmSize: args.config.workload.machine,
          minCount: args.config.workload.least,
          maxCount: args.config.workload.most,
          count: args.config.workload.least,
          availabilityZones: [zone],
          vnetSubnetID: args.subnetId,
        },
        // How many there are now is the autoscaler's, the version that of the upgrade channel.
        { ...child, ignoreChanges: ["count", "orchestratorVersion"] },
      ),
  );
