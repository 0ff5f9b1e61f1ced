import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Place } from "#components/place.ts";
import type { NetworkFacts, PolicySpec } from "./policies.ts";
import { networkPolicy, policySpecs } from "./policies.ts";

export type NetworkPoliciesArgs = {
  readonly place: Place;
  readonly facts: NetworkFacts;
  /** Of parts that are no services: what looks at them. */
  readonly others: readonly PolicySpec[];
};

/** Default deny, and for each service what its contract says. */
export class NetworkPolicies extends pulumi.ComponentResource {
  constructor(name: string, args: NetworkPoliciesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("todo:network:NetworkPolicies", name, {}, opts);
    for (const spec of [...policySpecs(args.facts), ...args.others]) {
      new k8s.networking.v1.NetworkPolicy(spec.name, networkPolicy(spec, args.place), {
        parent: this,
      });
    }
    this.registerOutputs();
  }
}
