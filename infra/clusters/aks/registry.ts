import { Registry } from "@pulumi/azure-native/containerregistry/registry.js";
import * as pulumi from "@pulumi/pulumi";
import type { AzureHome } from "../home.ts";
import type { AzurePlace } from "./place.ts";
import { allow } from "./roles.ts";

/** Where images come from: pushed from the named ranges, pulled by the nodes' own identity. */
export function makeRegistry(
  { name, location, group, child }: AzurePlace,
  args: {
    readonly allowedRanges: readonly pulumi.Input<string>[];
    readonly encryption: AzureHome["encryption"];
    /** Principal of the nodes' identity. */
    readonly puller: pulumi.Input<string>;
  },
) {
  const registry = new Registry(
    name,
    {
      resourceGroupName: group,
      location,
      // The others know neither networks nor zones nor keys of customers.
      sku: { name: "Premium" },
      adminUserEnabled: false,
      anonymousPullEnabled: false,
      publicNetworkAccess: "Enabled",
      networkRuleSet: {
        defaultAction: "Deny",
        ipRules: args.allowedRanges.map((range) => ({
          action: "Allow",
          iPAddressOrRange: range,
        })),
      },
      networkRuleBypassOptions: "AzureServices",
      zoneRedundancy: "Enabled",
      identity: {
        type: "UserAssigned",
        userAssignedIdentities: pulumi
          .output(args.encryption.identityId)
          .apply((id) => ({ [id]: {} })),
      },
      encryption: {
        status: "enabled",
        keyVaultProperties: {
          keyIdentifier: args.encryption.keyUri,
          identity: args.encryption.identityId,
        },
      },
    },
    child,
  );
  const pull = allow(
    `${name}-pull`,
    { principal: args.puller, role: "pulls images", on: registry.id },
    child,
  );
  return { address: registry.loginServer, ready: pull };
}
