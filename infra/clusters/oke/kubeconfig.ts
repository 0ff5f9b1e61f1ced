import type { Cluster } from "@pulumi/oci/containerengine/cluster.js";
import { getClusterKubeConfigOutput } from "@pulumi/oci/containerengine/getClusterKubeConfig.js";
import * as pulumi from "@pulumi/pulumi";
import { execKubeconfig } from "../exec-kubeconfig.ts";
import type { OkeConfig } from "../settings/oke.ts";
import type { OciPlace } from "./place.ts";

type Facts = {
  readonly clusterId: string;
  /** `host:port` */
  readonly endpoint: string;
  /** Of the API server's own authority, in base64. */
  readonly authority: string;
};

/**
 * A kubeconfig without credentials: the `oci` command, which must be on PATH, makes a token of
 * whoever runs it; who may do what in the cluster, policies of the tenancy say.
 * Source: https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengdownloadkubeconfigfile.htm
 */
export function kubeconfigFor(
  { name, child }: OciPlace,
  cluster: Cluster,
  config: OkeConfig,
): pulumi.Output<string> {
  const given = getClusterKubeConfigOutput(
    { clusterId: cluster.id, endpoint: "PUBLIC_ENDPOINT" },
    child,
  );
  return pulumi
    .all([cluster.id, cluster.endpoints, given.content])
    .apply(([clusterId, [endpoint], content]) =>
      kubeconfigText(
        name,
        { clusterId, endpoint: endpoint?.publicEndpoint ?? "", authority: authorityIn(content) },
        config,
      ),
    );
}

export const kubeconfigText = (
  name: string,
  { clusterId, endpoint, authority }: Facts,
  { region, signIn }: Pick<OkeConfig, "region" | "signIn">,
): string =>
  execKubeconfig({
    name,
    server: `https://${endpoint}`,
    authority,
    command: [
      ...(["oci", "ce", "cluster", "generate-token", "--cluster-id", clusterId] as const),
      ...["--region", region, "--auth", signIn],
    ],
    provideClusterInfo: false,
  });

/** @throws Error when Oracle gave something that is no kubeconfig */
export function authorityIn(kubeconfig: string): string {
  const [, authority] = /certificate-authority-data:\s*"?([A-Za-z0-9+/=]+)/.exec(kubeconfig) ?? [];
  if (authority) return authority;
  throw new Error("The kubeconfig that OKE gives has no certificate-authority-data.");
}
