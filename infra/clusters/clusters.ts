import type { Cluster } from "./cluster.ts";
import type { ClusterConfig } from "./config.ts";

type Kind = ClusterConfig["kind"];
type Open = {
  readonly [K in Kind]: (config: Extract<ClusterConfig, { kind: K }>) => Promise<Cluster>;
};

/** Every kind of cluster; each is loaded only when it is the one chosen. */
const kinds: Open = {
  minikube: async (config) => (await import("./minikube.ts")).minikubeCluster(config),
  existing: async (config) => (await import("./existing.ts")).existingCluster(config),
};

/** The cluster that the configuration names. */
export const openCluster = (config: ClusterConfig): Promise<Cluster> =>
  (kinds[config.kind] as (config: ClusterConfig) => Promise<Cluster>)(config);
