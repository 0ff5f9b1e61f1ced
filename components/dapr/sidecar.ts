import type { AppId } from "#apps/contracts/services.ts";
import { componentsOf } from "./components.ts";
import { configurationOf } from "./configuration.ts";
import type { DaprFacts } from "./facts.ts";
import type { Manifest } from "./manifest.ts";
import { resiliencyManifest, subscriptionManifests } from "./subscriptions.ts";

/** Every Dapr resource of the system but the Configurations, which each sidecar has its own of. */
export const daprResources = (facts: DaprFacts): Manifest[] => [
  ...componentsOf(facts),
  ...subscriptionManifests(facts),
  resiliencyManifest(facts),
];

/** What the sidecar of one service loads: the resources scoped to it, and its Configuration. */
export const sidecarManifests = (appId: AppId, facts: DaprFacts) => ({
  resources: daprResources(facts).filter((manifest) => manifest.scopes?.includes(appId)),
  configuration: configurationOf(appId, facts),
});
