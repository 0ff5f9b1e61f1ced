import { dapr, eventRoute } from "#apps/contracts/dapr.ts";
import {
  appIds,
  contractOf,
  type EffectKind,
  subscriptionsOf,
  usersOf,
} from "#apps/contracts/services.ts";
import type { DaprFacts } from "./facts.ts";
import type { Manifest } from "./manifest.ts";

/**
 * How many records of a partition a service is given at once, and how long the first of them waits
 * for the others. Every delivery wakes a sidecar and a service, which costs more than most of what
 * is done with an event. A transactional effect is one event's: its order and its inbox row.
 */
const batches: { readonly [K in EffectKind]: object | undefined } = {
  transactional: undefined,
  "unique-key": { enabled: true, maxMessagesCount: 100, maxAwaitDurationMs: 25 },
  "idempotent-call": { enabled: true, maxMessagesCount: 100, maxAwaitDurationMs: 25 },
  // Someone is looking.
  ephemeral: { enabled: true, maxMessagesCount: 100, maxAwaitDurationMs: 10 },
};

const effectAnnotation = "todo-evolution/effect";

/**
 * One Subscription for each topic of each service. Records reach the service as the bytes they
 * are (rawPayload), so that what does not parse is set aside by the service with its reason. The
 * sidecar has no dead-letter topic of its own: it would also send there what only had to wait.
 */
export const subscriptionManifests = (facts: DaprFacts): Manifest[] =>
  appIds.flatMap((appId) =>
    subscriptionsOf(contractOf(appId)).map(
      ([topic, effect]): Manifest => ({
        apiVersion: "dapr.io/v2alpha1",
        kind: "Subscription",
        metadata: {
          name: `${appId}-${topic}`,
          namespace: facts.namespace,
          // What fails here is dropped, and so has no dead-letter topic to be found by the policies.
          ...(effect === "ephemeral" && { annotations: { [effectAnnotation]: effect } }),
        },
        spec: {
          pubsubname: dapr.pubsub,
          topic,
          metadata: { rawPayload: "true" },
          routes: { default: eventRoute(topic) },
          ...(facts.batches && batches[effect] && { bulkSubscribe: batches[effect] }),
        },
        scopes: [appId],
      }),
    ),
  );

/** A mail server may take its time; the service keeps the mail until it has said yes. */
const mailTimeoutSeconds = 20;

/**
 * Deliveries are tried every second without end: the service itself tells what is away (it is
 * waited for) from what is poison (it is set aside), so giving up here could only lose events.
 */
export const resiliencyManifest = (facts: DaprFacts): Manifest => ({
  apiVersion: "dapr.io/v1alpha1",
  kind: "Resiliency",
  metadata: { name: "delivery", namespace: facts.namespace },
  spec: {
    policies: {
      retries: { "until-delivered": { policy: "constant", duration: "1s", maxRetries: -1 } },
      timeouts: { invocation: "5s", mail: `${mailTimeoutSeconds}s` },
    },
    targets: {
      apps: Object.fromEntries(appIds.map((appId) => [appId, { timeout: "invocation" }])),
      components: {
        [dapr.pubsub]: { inbound: { retry: "until-delivered" } },
        ...(usersOf("mail").length > 0 && { mail: { outbound: { timeout: "mail" } } }),
      },
    },
  },
  scopes: [...appIds],
});
