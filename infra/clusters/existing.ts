import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Cluster, ImageDelivery } from "./cluster.ts";
import { noCloudIdentity } from "./cluster.ts";

export type ExistingClusterArgs = {
  /** Path of a kubeconfig; `~` is the home folder. By default KUBECONFIG, or `~/.kube/config`. */
  readonly kubeconfig: string | undefined;
  /** By default the current one of the kubeconfig. */
  readonly context: string | undefined;
  readonly storageClass: string | undefined;
  readonly zones: boolean;
  readonly gatewayClass: string;
  readonly gatewayService: Cluster["gateway"]["serviceType"];
  readonly images: ImageDelivery;
};

/** Any cluster that a kubeconfig names. */
export function existingCluster(args: ExistingClusterArgs): Cluster {
  return {
    provider: new k8s.Provider("cluster", {
      kubeconfig: pulumi.secret(readKubeconfig(args.kubeconfig)),
      ...(args.context !== undefined && { context: args.context }),
      // A field that does not exist is a mistake of ours, never to be dropped in silence.
      enableServerSideApply: true,
    }),
    storageClass: args.storageClass,
    zones: args.zones,
    gateway: {
      className: args.gatewayClass,
      serviceType: args.gatewayService,
      serviceAnnotations: {},
    },
    images: args.images,
    identityOf: () => noCloudIdentity,
    offers: [],
    ready: [],
  };
}

/** The content of a kubeconfig, so that the state says which cluster it was, wherever it is read. */
export function readKubeconfig(path: string | undefined): string {
  const chosen = path ?? process.env.KUBECONFIG ?? "~/.kube/config";
  const file = chosen.startsWith("~/") ? join(homedir(), chosen.slice(2)) : chosen;
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new pulumi.RunError(
      `The kubeconfig ${file} cannot be read: ${(error as Error).message}. Name another: ` +
        "pulumi config set --path cluster.kubeconfig <path>",
    );
  }
}
