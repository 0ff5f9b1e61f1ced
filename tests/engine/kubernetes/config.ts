import type * as Messages from "@pulumi/pulumi/proto/provider_pb.js";
import messages from "@pulumi/pulumi/proto/provider_pb.js";
import { isUnknown } from "#infra/host/provider/resource.ts";
import { type ClusterConfig, openCluster } from "./cluster.ts";
import { plainOf } from "./secrets.ts";

/** Keys that we act on; of the others we do what the real provider does by default. */
const read = ["kubeconfig", "context", "namespace"] as const;
const without = ["renderYamlToDirectory"] as const;

/** What the provider's configuration says of its cluster, which may not be known in a preview. */
export function readConfig(
  values: Readonly<Record<string, unknown>>,
): ClusterConfig & { readonly isUnknown: boolean } {
  for (const key of without) {
    if (values[key]) throw new Error(`the stand-in for the Kubernetes provider has no ${key}`);
  }
  const given = read.flatMap((key) => (values[key] ? [[key, values[key]]] : []));
  return { ...Object.fromEntries(given), isUnknown: given.some(([, value]) => isUnknown(value)) };
}

/** Another cluster means other objects; another way to the same one does not. */
export function diffConfig(request: Messages.DiffRequest): Messages.DiffResponse {
  const olds = plainOf(request.getOlds());
  const news = plainOf(request.getNews());
  const changed = read.filter((key) => JSON.stringify(olds[key]) !== JSON.stringify(news[key]));
  const { DIFF_SOME, DIFF_NONE } = messages.DiffResponse.DiffChanges;
  const isElsewhere = changed.length > 0 && serverOf(olds) !== serverOf(news);
  return new messages.DiffResponse()
    .setChanges(changed.length > 0 ? DIFF_SOME : DIFF_NONE)
    .setDiffsList([...changed])
    .setReplacesList(isElsewhere ? [...changed] : []);
}

function serverOf(values: Readonly<Record<string, unknown>>): string | undefined {
  try {
    const { isUnknown: isOpen, ...config } = readConfig(values);
    return isOpen ? undefined : openCluster(config).server;
  } catch {
    // A kubeconfig that can no longer be read says nothing about where it led.
    return undefined;
  }
}
