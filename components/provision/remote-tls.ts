import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { Place, SecretKey } from "#components/place.ts";
import { labelsOf } from "#components/place.ts";

/** How a server that stands elsewhere is encrypted: by a public authority, its own (PEM), or not. */
export type RemoteTls = "public" | { readonly ca: pulumi.Input<string> } | false;

/** The server's own authority as a Secret of the namespace; `undefined` where it has none. */
export function authorityOf(
  name: string,
  tls: RemoteTls,
  { namespace }: Pick<Place, "namespace">,
  child: Pick<pulumi.CustomResourceOptions, "parent">,
): SecretKey | undefined {
  if (typeof tls !== "object") return undefined;
  const secret = new k8s.core.v1.Secret(
    `${name}-ca`,
    {
      metadata: { namespace, labels: labelsOf(`${name}-ca`) },
      stringData: { "ca.crt": tls.ca },
    },
    child,
  );
  return { name: secret.metadata.name, key: "ca.crt" };
}

/** In the words of apps/provision. */
export const provisionTls = (tls: RemoteTls): "public" | "own" | "off" =>
  typeof tls === "object" ? "own" : tls === "public" ? "public" : "off";
