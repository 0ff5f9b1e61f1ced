import { listManagedClusterUserCredentialsOutput } from "@pulumi/azure-native/containerservice/listManagedClusterUserCredentials.js";
import type { ManagedCluster } from "@pulumi/azure-native/containerservice/managedCluster.js";
import * as pulumi from "@pulumi/pulumi";
import { execKubeconfig } from "../exec-kubeconfig.ts";
import type { AksConfig } from "../settings/aks.ts";
import type { AzurePlace } from "./place.ts";

/** The application of Entra that stands for every API server of AKS. */
const serverId = "6dae42f8-4368-4678-94ff-3960e28e3630";

type Facts = {
  readonly name: string;
  readonly fqdn: string;
  /** Of the API server's own authority, in base64. */
  readonly authority: string;
};

/**
 * A kubeconfig without credentials: kubelogin, which must be on PATH, asks Entra for a token of
 * whoever runs it. Accounts of the cluster itself are switched off.
 * Source: https://learn.microsoft.com/azure/aks/kubelogin-authentication
 */
export function kubeconfigFor(
  { group }: AzurePlace,
  cluster: ManagedCluster,
  { signIn }: AksConfig,
): pulumi.Output<string> {
  const credentials = listManagedClusterUserCredentialsOutput({
    resourceGroupName: group,
    resourceName: cluster.name,
  });
  return pulumi
    .all([cluster.name, cluster.fqdn, credentials.kubeconfigs])
    .apply(([name, fqdn, all]) => {
      // A program that is only recorded is given none.
      const [given] = all ?? [];
      return kubeconfigText(
        { name, fqdn, authority: given ? authorityIn(given.value) : "" },
        signIn,
      );
    });
}

export const kubeconfigText = (
  { name, fqdn, authority }: Facts,
  signIn: AksConfig["signIn"],
): string =>
  execKubeconfig({
    name,
    server: `https://${fqdn}`,
    authority,
    command: ["kubelogin", "get-token", "--login", signIn, "--server-id", serverId],
    provideClusterInfo: false,
  });

/** @throws Error when Azure gave something that is no kubeconfig */
export function authorityIn(kubeconfig: string): string {
  const text = Buffer.from(kubeconfig, "base64").toString("utf8");
  const [, authority] = /certificate-authority-data:\s*([A-Za-z0-9+/=]+)/.exec(text) ?? [];
  if (authority) return authority;
  throw new Error("The credentials that AKS gives have no certificate-authority-data.");
}
