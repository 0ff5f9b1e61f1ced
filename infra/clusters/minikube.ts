import type { Cluster } from "./cluster.ts";
import { existingCluster } from "./existing.ts";

export type MinikubeArgs = {
  /** The profile, which is also the context that `minikube start` writes. */
  readonly profile: string;
  readonly kubeconfig: string | undefined;
};

/** A cluster that `minikube start` made. `minikube tunnel` gives its gateway an address. */
export const minikubeCluster = ({ profile, kubeconfig }: MinikubeArgs): Cluster =>
  existingCluster({
    kubeconfig,
    context: profile,
    storageClass: "standard",
    zones: false,
    gatewayClass: "todo",
    gatewayService: "LoadBalancer",
    images: { kind: "minikube", profile },
  });
