import * as pulumi from "@pulumi/pulumi";
import { stringify } from "yaml";

/** A Dapr resource as plain data: an object for a cluster, a file for a sidecar on this machine. */
export type Manifest = {
  readonly apiVersion: string;
  readonly kind: "Component" | "Configuration" | "Subscription" | "Resiliency";
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: Readonly<Record<string, unknown>>;
  /** Where the secrets that a component refers to are kept. */
  readonly auth?: { readonly secretStore: string };
  readonly scopes?: readonly string[];
};

/** A value of component metadata: given, kept in the secret store, or in the sidecar's env. */
export type MetadataValue =
  | string
  | pulumi.Output<string>
  | { readonly secret: { readonly name: pulumi.Input<string>; readonly key: string } }
  | { readonly env: string };

/** Dapr's form of component metadata. */
export const metadataOf = (values: Readonly<Record<string, MetadataValue>>) =>
  Object.entries(values).map(([name, value]) => {
    if (typeof value === "string" || pulumi.Output.isInstance(value)) return { name, value };
    return "secret" in value ? { name, secretKeyRef: value.secret } : { name, envRef: value.env };
  });

/** Manifests whose outputs are resolved, as one YAML document stream. */
export const yamlOf = (manifests: readonly Manifest[]): string =>
  manifests.map((manifest) => stringify(manifest, { lineWidth: 0 })).join("---\n");
