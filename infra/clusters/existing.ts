import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Cluster, ImageDelivery } from "./cluster.ts";
import { noCloudIdentity } from "./cluster.ts";
import { KubeconfigError, readKubeconfig } from "./kubeconfig.ts";

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
  const kubeconfig = pulumi.secret(kubeconfigOf(args.kubeconfig));
  return {
    access: { kubeconfig, context: args.context },
    provider: new k8s.Provider("cluster", {
      kubeconfig,
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
    home: undefined,
    ready: [],
  };
}

/** Its content, so that the state says which cluster it was, wherever it is read. */
function kubeconfigOf(path: string | undefined): string {
  try {
    return readKubeconfig(path);
  } catch (error) {
    throw error instanceof KubeconfigError ? new pulumi.RunError(error.message) : error;
  }
}
