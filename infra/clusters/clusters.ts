import type { Cluster, StackOnCluster } from "./cluster.ts";
import type { ClusterConfig } from "./config.ts";

type Kind = ClusterConfig["kind"];
type Open = {
  readonly [K in Kind]: (
    config: Extract<ClusterConfig, { kind: K }>,
    stack: StackOnCluster,
  ) => Promise<Cluster>;
};

/** Every kind of cluster; each is loaded only when it is the one chosen. */
const kinds: Open = {
  minikube: async (config) => (await import("./minikube.ts")).minikubeCluster(config),
  existing: async (config) => (await import("./existing.ts")).existingCluster(config),
  stack: async (config, stack) => (await import("./stack.ts")).clusterOfStack(config, stack),
  aks: async (config, stack) => (await import("./aks.ts")).aksCluster(config, stack),
  gke: async (config, stack) => (await import("./gke.ts")).gkeCluster(config, stack),
  oke: async (config, stack) => (await import("./oke.ts")).okeCluster(config, stack),
};

/** The cluster that the configuration names. */
export const openCluster = (config: ClusterConfig, stack: StackOnCluster): Promise<Cluster> =>
  (kinds[config.kind] as (config: ClusterConfig, stack: StackOnCluster) => Promise<Cluster>)(
    config,
    stack,
  );
