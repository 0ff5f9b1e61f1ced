import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { labelsOf } from "#components/place.ts";
import type { ImageDelivery } from "./cluster.ts";

const name = "registry";

/** What pods of a namespace pull by; `names` are those of Secrets. */
export type PullSecret = {
  readonly names: readonly string[];
  readonly ready: readonly pulumi.Resource[];
};

/** The Secret by which pods pull images of ours, where their nodes have no right of their own to. */
export function makePullSecret(
  images: ImageDelivery,
  namespace: string,
  opts: pulumi.CustomResourceOptions,
): PullSecret {
  if (images.kind !== "registry" || !images.pullAs) return { names: [], ready: [] };
  const { host, username, password } = images.pullAs;
  const config = pulumi
    .all([username, pulumi.secret(password)])
    .apply(([user, token]) =>
      JSON.stringify({ auths: { [host]: { username: user, password: token } } }),
    );
  const secret = new k8s.core.v1.Secret(
    name,
    {
      metadata: { name, namespace, labels: labelsOf(name) },
      type: "kubernetes.io/dockerconfigjson",
      stringData: { ".dockerconfigjson": config },
    },
    opts,
  );
  return { names: [name], ready: [secret] };
}
