import { DiskEncryptionSet } from "@pulumi/azure-native/compute/diskEncryptionSet.js";
import { Key } from "@pulumi/azure-native/keyvault/key.js";
import { Vault } from "@pulumi/azure-native/keyvault/vault.js";
import { UserAssignedIdentity } from "@pulumi/azure-native/managedidentity/userAssignedIdentity.js";
import * as pulumi from "@pulumi/pulumi";
import { kept } from "#components/place.ts";
import type { AzureHome } from "../home.ts";
import type { AzurePlace } from "./place.ts";
import { allow } from "./roles.ts";

export type AksEncryption = {
  /** Encrypts the disks of nodes and volumes. */
  readonly disks: DiskEncryptionSet;
  /** For services beside the cluster. */
  readonly facts: AzureHome["encryption"];
};

/**
 * The customer's own key, in a vault that no network reaches: only services of Azure use it, by an
 * identity that may encrypt and nothing else. Without the key all data is lost, so it cannot be
 * purged for 90 days, and goes with nothing where data is kept.
 */
export function makeEncryption(
  { name, location, group, child }: AzurePlace,
  args: { readonly tenantId: pulumi.Input<string>; readonly keepData: boolean },
): AksEncryption {
  const common = { resourceGroupName: group, location };
  const keptChild = { ...child, ...kept(args) };
  const vault = new Vault(
    `${name}-keys`,
    {
      ...common,
      properties: {
        tenantId: args.tenantId,
        sku: { family: "A", name: "premium" },
        enableRbacAuthorization: true,
        enableSoftDelete: true,
        softDeleteRetentionInDays: 90,
        enablePurgeProtection: true,
        publicNetworkAccess: "Disabled",
        networkAcls: { defaultAction: "Deny", bypass: "AzureServices" },
      },
    },
    keptChild,
  );
  const key = new Key(
    `${name}-data`,
    {
      resourceGroupName: group,
      vaultName: vault.name,
      properties: { kty: "RSA-HSM", keySize: 3072, rotationPolicy: yearly },
    },
    keptChild,
  );
  const identity = new UserAssignedIdentity(`${name}-encryption`, common, child);
  const right = allow(
    `${name}-encryption`,
    { principal: identity.principalId, role: "encrypts with keys", on: vault.id },
    child,
  );
  const disks = new DiskEncryptionSet(
    `${name}-disks`,
    {
      ...common,
      encryptionType: "EncryptionAtRestWithCustomerKey",
      identity: { type: "UserAssigned", userAssignedIdentities: [identity.id] },
      activeKey: { keyUrl: key.keyUriWithVersion },
      rotationToLatestKeyVersionEnabled: true,
    },
    { ...keptChild, dependsOn: right },
  );
  return {
    disks,
    facts: {
      // Who uses the identity waits until it may use the key.
      identityId: pulumi.all([identity.id, right.id]).apply(([id]) => id),
      vaultUri: vault.properties.apply(({ vaultUri }) => vaultUri ?? ""),
      keyName: key.name,
      keyUri: key.keyUri,
      keyVersionUri: key.keyUriWithVersion,
    },
  };
}

/** A new version every year; services take it by themselves. */
const yearly = {
  lifetimeActions: [{ action: { type: "rotate" as const }, trigger: { timeAfterCreate: "P1Y" } }],
  attributes: { expiryTime: "P2Y" },
};
