import { Addon } from "@pulumi/oci/containerengine/addon.js";
import * as pulumi from "@pulumi/pulumi";
import type { OkeConfig } from "../settings/oke.ts";
import type { OciPlace } from "./place.ts";
import { allow, workloadTerms } from "./policies.ts";
import type { OkePools } from "./pools.ts";

/** What Oracle's autoscaler does to add and remove nodes. */
const rights = [
  ["manage", "cluster-node-pools"],
  ["manage", "instance-family"],
  ["use", "subnets"],
  ["read", "virtual-network-family"],
  ["use", "vnics"],
  ["inspect", "compartments"],
] as const;

/**
 * Oracle's own autoscaler as an add-on of the cluster, which signs in as a workload of it.
 * Source: https://docs.oracle.com/iaas/Content/ContEng/Tasks/contengusingclusterautoscaler_topic-Working_with_Cluster_Autoscaler_as_Cluster_Add-on.htm
 */
export function makeAutoscaler(
  place: OciPlace,
  {
    config,
    clusterId,
    pools,
  }: { config: OkeConfig; clusterId: pulumi.Output<string>; pools: OkePools },
): Addon {
  const policy = allow(
    `${place.name}-autoscaler`,
    "What the autoscaler of Todo Evolution's cluster does",
    rights.map(([verb, what]) => ({
      who: "any-user",
      verb,
      what,
      where: workloadTerms(clusterId, "kube-system", "cluster-autoscaler"),
    })),
    place,
  );
  const { system, workload } = config;
  const nodes = pulumi
    .all([pools.system.id, ...pools.workload.map(({ id }) => id)])
    .apply(([first, ...others]) =>
      [
        `${Math.max(system.least, 3)}:${Math.max(system.most, 3)}:${first}`,
        ...others.map((id) => `${workload.least}:${workload.most}:${id}`),
      ].join(","),
    );
  const configurations = {
    nodes,
    authType: "workload",
    numOfReplicas: "2",
    balanceSimilarNodeGroups: "true",
    expander: "least-waste",
    tolerations: JSON.stringify([{ key: "CriticalAddonsOnly", operator: "Exists" }]),
  };
  return new Addon(
    `${place.name}-autoscaler`,
    {
      clusterId,
      addonName: "ClusterAutoscaler",
      removeAddonResourcesOnDelete: true,
      configurations: Object.entries(configurations).map(([key, value]) => ({ key, value })),
    },
    { ...place.child, dependsOn: [policy, pools.system] },
  );
}
