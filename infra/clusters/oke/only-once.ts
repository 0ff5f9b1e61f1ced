import { AsyncResource } from "node:async_hooks";
import { getClusters } from "@pulumi/oci/containerengine/getClusters.js";
import * as pulumi from "@pulumi/pulumi";

type Found = { readonly id: string; readonly name: string };

/**
 * Looks into the compartment before a cluster is made, as Oracle takes any number of one name: what
 * an engine was making when it was killed stands there, and a run that knew nothing of it would make
 * another one, with all its nodes. A language host may keep the engine from hearing of it (the
 * pinned one does): then nothing looks, which is told, and the cluster is made all the same.
 */
export async function onlyOnce(
  { name, compartmentId }: { readonly name: string; readonly compartmentId: string },
  provider: pulumi.ProviderResource,
): Promise<pulumi.ResourceHook[]> {
  const hook = new pulumi.ResourceHook(
    `${name}-only-once`,
    // The engine calls from outside; of several programs in a process, this one is to ask.
    AsyncResource.bind(async () => {
      const { clusters } = await getClusters(
        { compartmentId, name, states: ["CREATING", "ACTIVE", "UPDATING"] },
        { provider },
      );
      refuseAnother(name, clusters);
    }),
  );
  try {
    await (hook as unknown as Registered).__registered;
    return [hook];
  } catch (error) {
    if ((error as { code?: number }).code !== unimplemented) throw error;
    await pulumi.log.warn(
      `pulumi-language-nodejs is too old to have a cluster ${name} looked for before one is made. After ` +
        "an engine that was killed while it made one, look for it in the compartment by hand.",
    );
    return [];
  }
}

/** What the SDK's types keep for themselves: whether the engine has taken a hook. */
type Registered = { readonly __registered: Promise<void> };
/** The status of gRPC for what a server does not know. */
const unimplemented = 12;

/** @throws RunError by the name and id of a cluster that is there, with the remedy */
export function refuseAnother(name: string, clusters: readonly Found[]): void {
  const there = clusters.find((one) => one.name === name);
  if (!there) return;
  throw new pulumi.RunError(
    `A cluster ${name} is there already, which this stack does not know: ${there.id}. If an engine ` +
      `was killed while it was made: npm run recover -- --stack ${pulumi.getStack()} ` +
      `--made "Cluster ${name}=${there.id}". If it is another's: give cluster.name another name.`,
  );
}
