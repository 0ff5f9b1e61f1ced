import { clusterConfig } from "#infra/clusters/config.ts";

/** The least that is said of a cluster of Google. */
export const gkeSetting = {
  kind: "gke",
  project: "todo-project",
  allowedRanges: ["203.0.113.0/24"],
};

/** The same as it is read, with its defaults. */
export function gkeConfigOf(changes: object = {}) {
  const config = clusterConfig.parse({ ...gkeSetting, ...changes });
  if (config.kind !== "gke") throw new Error(`not a cluster of Google: ${config.kind}`);
  return config;
}
