import { ManagedCluster } from "@pulumi/azure-native/containerservice/managedCluster.js";
import { UserAssignedIdentity } from "@pulumi/azure-native/managedidentity/userAssignedIdentity.js";
import * as pulumi from "@pulumi/pulumi";
import { kept } from "#components/place.ts";
import type { AksConfig } from "../settings/aks.ts";
import type { AksEncryption } from "./encryption.ts";
import type { AksNetwork } from "./network.ts";
import { addressesIn } from "./network.ts";
import type { AzurePlace } from "./place.ts";
import { systemPool } from "./pools.ts";
import { allow } from "./roles.ts";

export type AksClusterParts = {
  readonly config: AksConfig;
  readonly network: AksNetwork;
  readonly encryption: AksEncryption;
  readonly keepData: boolean;
  /** Id of the resource group. */
  readonly groupId: pulumi.Input<string>;
};

/** The control plane, the identities of it and of its nodes, and the pool that it begins with. */
export function makeCluster(place: AzurePlace, parts: AksClusterParts) {
  const { name, location, group, child } = place;
  const { config, network, encryption } = parts;
  const identity = (of: string) =>
    new UserAssignedIdentity(`${name}-${of}`, { resourceGroupName: group, location }, child);
  const [self, nodes] = [identity("cluster"), identity("nodes")];
  const may = (what: string, role: Parameters<typeof allow>[1]["role"], on: pulumi.Input<string>) =>
    allow(`${name}-cluster-${what}`, { principal: self.principalId, role, on }, child);
  const rights = [
    may("network", "joins networks", network.network.id),
    may("gateway", "joins networks", network.inbound.id),
    may("nodes", "hands out an identity", nodes.id),
    // The disks' key, and the list of addresses, in which it looks for that of the gateway.
    may("group", "reads", parts.groupId),
  ];
  const addresses = addressesIn(config.addressSpace);
  const cluster = new ManagedCluster(
    name,
    {
      resourceGroupName: group,
      // Said, so that a second one is refused: of what an engine was making when it was killed, the
      // next run knows nothing, and a name with letters of chance would be another cluster.
      resourceName: name,
      location,
      dnsPrefix: name,
      kubernetesVersion: config.version,
      // The tier with an SLA of 99.95 % over zones.
      sku: { name: "Base", tier: "Standard" },
      identity: { type: "UserAssigned", userAssignedIdentities: [self.id] },
      identityProfile: {
        kubeletidentity: {
          resourceId: nodes.id,
          clientId: nodes.clientId,
          objectId: nodes.principalId,
        },
      },
      agentPoolProfiles: [systemPool(config, network.nodes.id)],
      enableRBAC: true,
      disableLocalAccounts: true,
      aadProfile: { managed: true, adminGroupObjectIDs: [...config.administrators] },
      apiServerAccessProfile: {
        // Nodes come to the API server by the cluster's own way out.
        authorizedIPRanges: [
          ...config.allowedRanges,
          pulumi.interpolate`${network.outbound.ipAddress}/32`,
        ],
        disableRunCommand: true,
      },
      networkProfile: {
        networkPlugin: "azure",
        networkPluginMode: "overlay",
        networkDataplane: "cilium",
        networkPolicy: "cilium",
        loadBalancerSku: "standard",
        outboundType: "userAssignedNATGateway",
        podCidr: addresses.pods,
        serviceCidr: addresses.services,
        dnsServiceIP: addresses.dns,
      },
      diskEncryptionSetID: encryption.disks.id,
      oidcIssuerProfile: { enabled: true },
      securityProfile: {
        workloadIdentity: { enabled: true },
        imageCleaner: { enabled: true, intervalHours: 168 },
      },
      autoUpgradeProfile: {
        upgradeChannel: config.upgrades,
        nodeOSUpgradeChannel: "NodeImage",
      },
      autoScalerProfile: { balanceSimilarNodeGroups: "true", expander: "least-waste" },
    },
    {
      ...child,
      ...kept(parts),
      deleteBeforeReplace: true,
      dependsOn: rights,
      ignoreChanges: leftToAzure(config.upgrades),
    },
  );
  return { cluster, nodes };
}

/**
 * What is Azure's to change after a cluster is made, and would be taken back: how many nodes there
 * are is the autoscaler's; the minor version, where the channel raises that. The channel of patches
 * keeps it, and the same minor version again is no downgrade of a patch.
 * Source: https://learn.microsoft.com/azure/aks/auto-upgrade-cluster, and the SDK's `kubernetesVersion`
 */
export const leftToAzure = (upgrades: AksConfig["upgrades"]): string[] => [
  ...(upgrades === "stable" || upgrades === "rapid" ? ["kubernetesVersion"] : []),
  "agentPoolProfiles[0].count",
];
