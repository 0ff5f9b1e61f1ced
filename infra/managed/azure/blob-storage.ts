import { BlobContainer } from "@pulumi/azure-native/storage/blobContainer.js";
import { BlobServiceProperties } from "@pulumi/azure-native/storage/blobServiceProperties.js";
import { StorageAccount } from "@pulumi/azure-native/storage/storageAccount.js";
import * as pulumi from "@pulumi/pulumi";
import { kept } from "#components/place.ts";
import { allow } from "#infra/clusters/aks/roles.ts";
import type { BackupWriter, ManagedArgs, ManagedBackups } from "../managed.ts";
import { lock, privateEndpoint } from "./private.ts";

const container = "postgres";
/** What was deleted can be brought back for so long. */
const regretDays = 30;

/** A container for backups, in three zones, without keys or a public way; one identity writes. */
export function blobStorageBackups(args: ManagedArgs<"azure"> & BackupWriter): ManagedBackups {
  const { home, place, writer } = args;
  // Letters and digits only, 24 at most with the eight that are added.
  const name = `${place.namespace.replaceAll("-", "").slice(0, 9)}backups`;
  const parts = new pulumi.ComponentResource("todo:managed:BlobStorage", name);
  const child = { parent: parts };
  const account = new StorageAccount(name, accountArgs(args), { ...child, ...kept(place) });
  const where = { resourceGroupName: home.resourceGroup, accountName: account.name };
  const properties = new BlobServiceProperties(
    name,
    {
      ...where,
      blobServicesName: "default",
      isVersioningEnabled: true,
      deleteRetentionPolicy: { enabled: true, days: regretDays },
      containerDeleteRetentionPolicy: { enabled: true, days: regretDays },
    },
    child,
  );
  const blobs = new BlobContainer(
    name,
    { ...where, containerName: container, publicAccess: "None" },
    { ...child, ...kept(place), dependsOn: properties },
  );
  const endpoint = privateEndpoint(name, home, { service: "blob", id: account.id }, child);
  const identity = args.identityOf(writer);
  if (!identity.principal) throw new Error(`${writer} has no identity in Azure`);
  const right = allow(
    `${name}-${writer}`,
    { principal: identity.principal, role: "writes blobs", on: blobs.id },
    child,
  );
  lock(name, args, account, [blobs, endpoint, right], child);
  return {
    destination: pulumi.interpolate`https://${account.name}.blob.core.windows.net/${container}`,
    store: "azure",
    identity,
    ready: [blobs, endpoint, right, ...(identity.ready ?? [])],
  };
}

function accountArgs({
  home,
}: ManagedArgs<"azure">): ConstructorParameters<typeof StorageAccount>[1] {
  const { identityId, vaultUri, keyName } = home.encryption;
  return {
    resourceGroupName: home.resourceGroup,
    location: home.location,
    kind: "StorageV2",
    sku: { name: "Standard_ZRS" },
    accessTier: "Cool",
    minimumTlsVersion: "TLS1_2",
    enableHttpsTrafficOnly: true,
    allowBlobPublicAccess: false,
    allowSharedKeyAccess: false,
    publicNetworkAccess: "Disabled",
    networkRuleSet: { defaultAction: "Deny", bypass: "None" },
    identity: { type: "UserAssigned", userAssignedIdentities: [identityId] },
    encryption: {
      keySource: "Microsoft.Keyvault",
      keyVaultProperties: { keyName, keyVaultUri: vaultUri },
      encryptionIdentity: { encryptionUserAssignedIdentity: identityId },
      requireInfrastructureEncryption: true,
    },
  };
}
