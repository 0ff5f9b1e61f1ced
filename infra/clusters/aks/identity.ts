import { FederatedIdentityCredential } from "@pulumi/azure-native/managedidentity/federatedIdentityCredential.js";
import { UserAssignedIdentity } from "@pulumi/azure-native/managedidentity/userAssignedIdentity.js";
import * as pulumi from "@pulumi/pulumi";
import type { AzureHome, MakeIdentity } from "../home.ts";

// The one audience that Azure's webhook asks tokens for.
// Source: https://learn.microsoft.com/azure/aks/workload-identity-overview
const audience = "api://AzureADTokenExchange";

/**
 * An identity for each service account that asks for one. There is no secret: Azure trusts the
 * tokens that the cluster signs for this one service account.
 */
export const azureIdentities =
  (home: AzureHome, namespace: string): MakeIdentity =>
  (serviceAccount) => {
    const name = `${namespace}-${serviceAccount}`;
    const child = { parent: new pulumi.ComponentResource("todo:clusters:Identity", name) };
    const identity = new UserAssignedIdentity(
      name,
      { resourceGroupName: home.resourceGroup, location: home.location },
      child,
    );
    const trust = new FederatedIdentityCredential(
      name,
      {
        resourceGroupName: home.resourceGroup,
        resourceName: identity.name,
        issuer: home.oidcIssuer,
        subject: `system:serviceaccount:${namespace}:${serviceAccount}`,
        audiences: [audience],
      },
      child,
    );
    return {
      serviceAccountAnnotations: { "azure.workload.identity/client-id": identity.clientId },
      podLabels: { "azure.workload.identity/use": "true" },
      principal: identity.principalId,
      ready: [trust],
    };
  };
