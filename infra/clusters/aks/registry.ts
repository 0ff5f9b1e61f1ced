import { Registry } from "@pulumi/azure-native/containerregistry/registry.js";
import * as pulumi from "@pulumi/pulumi";
import type { AzurePlace } from "./place.ts";
import { allow } from "./roles.ts";

/**
 * Where images come from: pushed from the named ranges, pulled by the nodes' own identity. It is
 * encrypted by Azure's key, as it could use one of ours only from a vault that is open to the
 * internet, and it holds no data of users.
 * Source: https://github.com/MicrosoftDocs/azure-docs/issues/61064
 */
export function makeRegistry(
  { name, location, group, child }: AzurePlace,
  args: {
    readonly allowedRanges: readonly pulumi.Input<string>[];
    /** Principal of the nodes' identity. */
    readonly puller: pulumi.Input<string>;
  },
) {
  const registry = new Registry(
    name,
    {
      resourceGroupName: group,
      location,
      // The others know neither networks nor zones.
      sku: { name: "Premium" },
      adminUserEnabled: false,
      anonymousPullEnabled: false,
      publicNetworkAccess: "Enabled",
      networkRuleSet: {
        defaultAction: "Deny",
        ipRules: args.allowedRanges.map((range) => ({
          action: "Allow",
          // It takes an address or a range, and one address is no range to it.
          iPAddressOrRange: pulumi.output(range).apply((text) => text.replace(/\/32$/, "")),
        })),
      },
      networkRuleBypassOptions: "AzureServices",
      zoneRedundancy: "Enabled",
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
