import { AsyncResource } from "node:async_hooks";
import { getClusters } from "@pulumi/oci/containerengine/getClusters.js";
import * as pulumi from "@pulumi/pulumi";
import type { OciPlace } from "./place.ts";

type Found = { readonly id: string; readonly name: string };

/**
 * Looks into the compartment before a cluster is made, as Oracle takes any number of one name: what
 * an engine was making when it was killed stands there, and a run that knew nothing of it would make
 * another one, with all its nodes.
 */
export const onlyOnce = ({ name, compartmentId, child }: OciPlace): pulumi.ResourceHook =>
  new pulumi.ResourceHook(
    `${name}-only-once`,
    // The engine calls from outside; of several programs in a process, this one is to ask.
    AsyncResource.bind(async () => {
      const { clusters } = await getClusters(
        { compartmentId, name, states: ["CREATING", "ACTIVE", "UPDATING"] },
        child,
      );
      refuseAnother(name, clusters);
    }),
  );

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
