import type * as pulumi from "@pulumi/pulumi";
import type { StackSize } from "#apps/contracts/topics.ts";

/** Where a component stands: what all components of one stack are told alike. */
export type Place = {
  /** The namespace of the services and of what they keep their data in. */
  readonly namespace: string;
  readonly size: StackSize;
  /** The class of volumes; `undefined` is the cluster's default. */
  readonly storageClass: string | undefined;
  /** Whether the nodes stand in several zones, so that replicas are spread over them. */
  readonly zones: boolean;
  /** Whether volumes go with what they belong to, or stay when a stack is destroyed. */
  readonly keepData: boolean;
};

/** Options of what holds data: where that is to stay, a destroy is refused until this is lifted. */
export const kept = ({ keepData }: Pick<Place, "keepData">) => ({
  protect: keepData,
  retainOnDelete: keepData,
});

/** One key of a Kubernetes Secret in the namespace of the services. */
export type SecretKey = {
  readonly name: pulumi.Input<string>;
  readonly key: string;
};

/** Where the traffic to something goes, for the network policies of those who use it. */
export type Reach = {
  /** Peers of a NetworkPolicy rule; empty means any address (a managed service by name). */
  readonly peers: readonly NetworkPeer[];
  readonly ports: readonly number[];
};

/** A peer in the form of a NetworkPolicy: pods by label, a namespace, or a block of addresses. */
export type NetworkPeer = {
  readonly podSelector?: { readonly matchLabels: Readonly<Record<string, string>> };
  readonly namespaceSelector?: { readonly matchLabels: Readonly<Record<string, string>> };
  readonly ipBlock?: { readonly cidr: string };
};

/** The labels that every object of ours carries; `name` is the app-id or the component's name. */
export const labelsOf = (name: string): Record<string, string> => ({
  ...selectorOf(name),
  "app.kubernetes.io/part-of": "todo-evolution",
  "app.kubernetes.io/managed-by": "pulumi",
});

/** Metadata with more annotations. */
export const withAnnotations = <M extends { readonly annotations?: Record<string, string> }>(
  metadata: M,
  annotations: Readonly<Record<string, string>>,
): M => ({ ...metadata, annotations: { ...metadata.annotations, ...annotations } });

/** The labels by which the pods of one part are found; they never change. */
export const selectorOf = (name: string): Record<string, string> => ({
  "app.kubernetes.io/name": name,
});
