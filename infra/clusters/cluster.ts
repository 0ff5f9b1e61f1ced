import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { OperatorName } from "#components/platform/operators.ts";
import type { CloudHome, CloudIdentity } from "./home.ts";

/** What a stack must know of the cluster it stands on: all that differs between clusters. */
export type Cluster = {
  readonly provider: k8s.Provider;
  /** How programs of ours that are no providers come to it. */
  readonly access: {
    readonly kubeconfig: pulumi.Output<string>;
    readonly context: string | undefined;
  };
  /** The class of volumes; `undefined` is the cluster's default. */
  readonly storageClass: string | undefined;
  /** Whether its nodes stand in several zones. */
  readonly zones: boolean;
  readonly gateway: {
    /** The class of gateways that the cluster offers, or that Envoy Gateway is to have. */
    readonly className: string;
    readonly serviceType: "LoadBalancer" | "NodePort" | "ClusterIP";
    readonly serviceAnnotations: Readonly<Record<string, pulumi.Input<string>>>;
  };
  /** How images get to its nodes: pushed to a registry, or handed over by a command. */
  readonly images: ImageDelivery;
  /**
   * The identity in the cloud of a service account of the stack's namespace, by its name: an app-id,
   * or that of a component. It is made at the first call.
   */
  readonly identityOf: (serviceAccount: string) => CloudIdentity;
  /** Operators that the cloud already offers, which a stack then reuses by default. */
  readonly offers: readonly OperatorName[];
  /** Where its cloud's own services can be put beside it; `undefined` where there is no cloud. */
  readonly home: CloudHome | undefined;
  /** What must stand before anything is put on it. */
  readonly ready: readonly pulumi.Resource[];
};

/** What a cluster is told of the stack that stands on it. */
export type StackOnCluster = {
  /** Of the services, whose service accounts get identities in the cloud. */
  readonly namespace: string;
  /** Whether what holds data, or the key to it, is not deleted by mistake. */
  readonly keepData: boolean;
};

export type ImageDelivery =
  | {
      readonly kind: "registry";
      readonly address: pulumi.Input<string>;
      /** Who pulls from it, where the nodes have no right of their own to. */
      readonly pullAs?: PullAccount | undefined;
    }
  | { readonly kind: "minikube"; readonly profile: string }
  /** A command that takes the path of an image archive as its last argument. */
  | { readonly kind: "command"; readonly command: readonly string[] };

/** How a registry is signed in to. */
export type PullAccount = {
  /** As `eu-frankfurt-1.ocir.io`. */
  readonly host: string;
  readonly username: pulumi.Input<string>;
  readonly password: pulumi.Input<string>;
};

/** An identity of the cluster's own, known to no cloud. */
export const noCloudIdentity: CloudIdentity = { serviceAccountAnnotations: {}, podLabels: {} };
