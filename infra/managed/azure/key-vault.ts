import { Secret } from "@pulumi/azure-native/keyvault/secret.js";
import { Vault } from "@pulumi/azure-native/keyvault/vault.js";
import * as pulumi from "@pulumi/pulumi";
import { kept } from "#components/place.ts";
import { sendLogs } from "#infra/clusters/aks/logs.ts";
import { allow } from "#infra/clusters/aks/roles.ts";
import type { ManagedArgs, ManagedSecrets } from "../managed.ts";
import { privateEndpoint } from "./private.ts";

/**
 * Key Vault as a store of secrets for Dapr. A sidecar signs in by its service account, and may read
 * those secrets that its service has a use for and no others.
 * Source: https://docs.dapr.io/reference/components-reference/supported-secret-stores/azure-keyvault
 */
export function keyVaultSecrets(args: ManagedArgs<"azure">): ManagedSecrets {
  const { home, place } = args;
  // Azure allows 24 characters, and eight are added to make it the only one of its name.
  const name = `${place.namespace.slice(0, 8)}-vault`;
  const parts = new pulumi.ComponentResource("todo:managed:KeyVault", name);
  const child = { parent: parts };
  const vault = new Vault(
    name,
    {
      resourceGroupName: home.resourceGroup,
      location: home.location,
      properties: {
        tenantId: home.tenantId,
        sku: { family: "A", name: "standard" },
        enableRbacAuthorization: true,
        enableSoftDelete: true,
        // What was deleted comes back. No lock: rights within it come and go with services.
        softDeleteRetentionInDays: 90,
        enablePurgeProtection: true,
        publicNetworkAccess: "Disabled",
        networkAcls: { defaultAction: "Deny", bypass: "None" },
      },
    },
    { ...child, ...kept(place) },
  );
  const endpoint = privateEndpoint(name, home, { service: "vault", id: vault.id }, child);
  sendLogs(name, { of: vault.id, to: home.logsId, logs: ["audit"], named: "categoryGroup" }, child);
  const made: pulumi.Resource[] = [endpoint];
  return {
    component: { type: "secretstores.azure.keyvault", metadata: { vaultName: vault.name } },
    keep: (secretName, value, readers) => {
      const secret = new Secret(
        `${place.namespace}-${secretName}`,
        {
          resourceGroupName: home.resourceGroup,
          vaultName: vault.name,
          secretName,
          properties: { value: pulumi.secret(value) },
        },
        child,
      );
      const rights = readers.map((reader) => {
        const { principal, ready = [] } = args.identityOf(reader);
        if (!principal) throw new Error(`${reader} has no identity in Azure`);
        made.push(...ready);
        return allow(
          `${place.namespace}-${reader}-${secretName}`,
          {
            principal,
            role: "reads secrets",
            on: pulumi.interpolate`${vault.id}/secrets/${secret.name}`,
          },
          child,
        );
      });
      made.push(secret, ...rights);
      // A store of single values: the key is the name again.
      return { name: secretName, key: secretName };
    },
    ready: () => made,
    // The vault, and Entra, which gives the tokens for it; neither has an address of its own.
    reach: { peers: [], ports: [443] },
  };
}
