import type { AppId } from "#apps/contracts/services.ts";
import { appIds, contractOf, subscriptionsOf } from "#apps/contracts/services.ts";
import { publishableBy } from "#components/dapr/components.ts";

/** What a user of the broker may do with one resource. */
export type Grant = {
  readonly resourceType: "topic" | "group" | "cluster";
  /** `*` is all of them. */
  readonly name: string;
  readonly operations: readonly ("Read" | "Write" | "Describe" | "DescribeConfigs")[];
};

/** A user of the broker: a service by its app-id, or the viewer. */
export type UserSpec = { readonly name: string; readonly grants: readonly Grant[] };

/** One user for each service that uses Kafka, with the rights its contract needs and no other. */
export const userSpecs = (): UserSpec[] =>
  appIds
    .map((name) => ({ name, grants: grantsOf(name) }))
    .filter(({ grants }) => grants.length > 0);

/** Why the viewer's rights are wide, for the policy pack, which asks. */
const exceptions: Readonly<Record<string, string>> = {
  viewer: "looks at everything, for the console and what measures, and changes nothing",
};

/** Annotations of a user's object: what is out of the ordinary about its rights. */
export const annotationsOf = (name: string): Record<string, string> =>
  exceptions[name] === undefined
    ? {}
    : { "todo-evolution/except-kafka-rights-are-narrow": exceptions[name] };

/** Looks at everything and changes nothing: for Redpanda Console and what measures. */
export const viewerSpec: UserSpec = {
  name: "viewer",
  grants: [
    { resourceType: "topic", name: "*", operations: ["Read", "Describe", "DescribeConfigs"] },
    { resourceType: "group", name: "*", operations: ["Describe"] },
    { resourceType: "cluster", name: "kafka-cluster", operations: ["Describe", "DescribeConfigs"] },
  ],
};

function grantsOf(appId: AppId): Grant[] {
  const subscribed = subscriptionsOf(contractOf(appId)).map(([topic]) => topic);
  const topic = (name: string, operation: "Read" | "Write"): Grant => ({
    resourceType: "topic",
    name,
    operations: [operation, "Describe"],
  });
  return [
    ...publishableBy(appId).map((name) => topic(name, "Write")),
    ...subscribed.map((name) => topic(name, "Read")),
    // The consumer group is the app-id; who only publishes has none.
    ...(subscribed.length > 0
      ? [{ resourceType: "group", name: appId, operations: ["Read", "Describe"] } as const]
      : []),
  ];
}
