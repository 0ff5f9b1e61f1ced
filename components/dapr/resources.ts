import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { appIds } from "#apps/contracts/services.ts";
import { configurationOf } from "./configuration.ts";
import type { DaprFacts } from "./facts.ts";
import type { Manifest } from "./manifest.ts";
import { daprResources } from "./sidecar.ts";

export type DaprResourcesArgs = {
  readonly facts: DaprFacts;
};

/** Every component, subscription, policy and configuration of the system, as objects of a cluster. */
export class DaprResources extends pulumi.ComponentResource {
  /** What a sidecar reads when it starts. */
  readonly ready: pulumi.Resource[];

  constructor(name: string, args: DaprResourcesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("todo:dapr:Resources", name, {}, opts);
    const { facts } = args;
    this.ready = [
      ...daprResources(facts),
      ...appIds.map((appId) => configurationOf(appId, facts)),
    ].map((manifest) => this.object(manifest));
    this.registerOutputs();
  }

  private object(manifest: Manifest): k8s.apiextensions.CustomResource {
    const { apiVersion, kind, metadata, ...rest } = manifest;
    return new k8s.apiextensions.CustomResource(
      `${kind.toLowerCase()}-${metadata.name}`,
      { apiVersion, kind, metadata, ...rest },
      { parent: this },
    );
  }
}
