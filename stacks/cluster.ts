import { openCluster } from "#infra/clusters/clusters.ts";
import { clusterOutput, factsOf } from "#infra/clusters/facts.ts";
import type { ClusterStackConfig } from "./config.ts";

/** A cluster by itself, told of to the stacks that will stand on it. */
export async function createClusterStack({ cluster, keepData }: ClusterStackConfig) {
  // It has no namespace of services: identities are made by the stacks that have.
  const made = await openCluster(cluster, { namespace: "default", keepData });
  return { [clusterOutput]: factsOf(made) };
}
