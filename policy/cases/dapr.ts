import type { Cases } from "./case.ts";
import { deployment, object } from "./case.ts";

const component = (spec: object, scopes?: string[]) =>
  object("dapr.io/v1alpha1:Component", "kafka-pubsub", { spec, ...(scopes && { scopes }) });
const configuration = (spec: object) =>
  object("dapr.io/v1alpha1:Configuration", "backend", {
    spec: {
      mtls: { enabled: true },
      accessControl: { defaultAction: "deny", policies: [] },
      api: { allowed: [{ name: "publish" }] },
      ...spec,
    },
  });

export const daprCases: Cases = {
  "no-shared-consumer-group": {
    rejects: [
      {
        when: "the component names a group",
        resources: [component({ metadata: [{ name: "consumerGroup", value: "todo" }] })],
        says: "has all its services share one group (consumerGroup: todo)",
      },
      {
        when: "it does so by the newer name",
        resources: [component({ metadata: [{ name: "consumerID", value: "todo" }] })],
        says: "share one group (consumerID: todo)",
      },
      {
        when: "a subscription names one",
        resources: [
          object("dapr.io/v2alpha1:Subscription", "audit", {
            spec: { metadata: { consumerGroup: "todo" } },
          }),
        ],
        says: "sets the group of its consumer",
      },
    ],
    accepts: [
      {
        when: "the group is the app-id",
        resources: [component({ metadata: [{ name: "initialOffset", value: "oldest" }] })],
      },
    ],
  },
  "dapr-resources-are-scoped": {
    rejects: [
      {
        when: "there are no scopes",
        resources: [component({})],
        says: "Component todo/kafka-pubsub is open to every service",
      },
      { when: "the scopes are empty", resources: [component({}, [])], says: "is open to every" },
    ],
    accepts: [{ when: "services are named", resources: [component({}, ["backend"])] }],
  },
  "sidecars-deny-by-default": {
    rejects: [
      {
        when: "mTLS is off",
        resources: [configuration({ mtls: { enabled: false } })],
        says: "does not say that sidecars prove who they are",
      },
      {
        when: "there is no access list",
        resources: [configuration({ accessControl: undefined })],
        says: "Configuration todo/backend lets in whoever calls",
      },
      {
        when: "a caller may call everything",
        resources: [
          configuration({
            accessControl: {
              defaultAction: "deny",
              policies: [{ appId: "web", defaultAction: "allow" }],
            },
          }),
        ],
        says: "lets web call every route",
      },
      {
        when: "every API is open",
        resources: [configuration({ api: undefined })],
        says: "opens every API of the sidecar",
      },
    ],
    accepts: [{ when: "all is closed but what is named", resources: [configuration({})] }],
  },
  "sidecars-have-a-configuration": {
    rejects: [
      {
        when: "the stack has no such Configuration",
        resources: [deployment()],
        says: "has a sidecar without a Configuration of the stack (backend)",
      },
      {
        when: "the sidecar asks for no token",
        resources: [
          deployment({ annotations: { "dapr.io/api-token-secret": undefined } }),
          configuration({}),
        ],
        says: "has a sidecar that anyone in reach may use (no dapr.io/api-token-secret)",
      },
    ],
    accepts: [
      { when: "it has both", resources: [deployment(), configuration({})] },
      {
        when: "there is no sidecar",
        resources: [deployment({ annotations: { "dapr.io/enabled": undefined } })],
      },
    ],
  },
  "sidecars-outlive-their-service": {
    rejects: [
      {
        when: "the sidecar ends at once",
        resources: [deployment({ annotations: { "dapr.io/block-shutdown-duration": undefined } })],
        says: "has a sidecar that ends as soon as it is told to",
      },
      {
        when: "the pod has no time for all of it",
        resources: [deployment({ pod: { terminationGracePeriodSeconds: 18 } })],
        says: "is killed after 18 s, and draining may take 18 s and more",
      },
      {
        when: "the default is too short",
        resources: [
          deployment({
            pod: { terminationGracePeriodSeconds: undefined },
            annotations: { "dapr.io/block-shutdown-duration": "1m" },
          }),
        ],
        says: "is killed after 30 s, and draining may take 70 s",
      },
    ],
    accepts: [{ when: "there is time for all of it", resources: [deployment()] }],
  },
};
