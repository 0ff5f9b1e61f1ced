import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { configCommand } from "#components/config-command.ts";
import type { Cluster, StackOnCluster } from "./cluster.ts";
import type { ClusterFacts } from "./facts.ts";
import { clusterFacts, clusterOutput } from "./facts.ts";
import type { Cloud, CloudHome } from "./home.ts";
import { identitiesIn } from "./identities.ts";

export type ClusterOfStackArgs = {
  /** The stack that made it, as `organization/todo-evolution/cluster-prod`. */
  readonly stack: string;
  /** The cloud it is said to stand in: by it the rest of the configuration was judged. */
  readonly cloud: Cloud;
};

/** A cluster that another stack of this project made, by what that stack tells of it. */
export async function clusterOfStack(
  args: ClusterOfStackArgs,
  { namespace }: StackOnCluster,
): Promise<Cluster> {
  const facts = await readFacts(args);
  const home = facts.home as unknown as CloudHome;
  const kubeconfig = pulumi.secret(facts.kubeconfig);
  return {
    provider: new k8s.Provider("cluster", { kubeconfig, enableServerSideApply: true }),
    access: { kubeconfig, context: facts.context },
    storageClass: facts.storageClass,
    zones: facts.zones,
    gateway: facts.gateway,
    images: facts.images,
    identityOf: await identitiesIn(home, namespace),
    offers: facts.offers as Cluster["offers"],
    home,
    ready: [],
  };
}

/** @throws RunError that names the stack and what to do when it says nothing or something else */
async function readFacts({ stack, cloud }: ClusterOfStackArgs): Promise<ClusterFacts> {
  const reference = new pulumi.StackReference(stack);
  const { value, secretValue } = await reference.getOutputDetails(clusterOutput);
  const parsed = clusterFacts.safeParse(secretValue ?? value);
  if (!parsed.success) {
    throw new pulumi.RunError(
      `Configuration key cluster.stack is ${JSON.stringify(stack)}: that stack has no output ` +
        `"${clusterOutput}" of this program. Bring it up first, with target: cluster, or name another.`,
    );
  }
  if (parsed.data.home.cloud === cloud) return parsed.data;
  throw new pulumi.RunError(
    `Configuration key cluster.cloud is ${JSON.stringify(cloud)}, but the cluster of ${stack} ` +
      `stands in ${JSON.stringify(parsed.data.home.cloud)}. ` +
      `Set it: ${configCommand(`set --path cluster.cloud ${parsed.data.home.cloud}`)}`,
  );
}
