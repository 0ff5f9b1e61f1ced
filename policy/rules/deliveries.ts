import type { Resource } from "../resource.ts";
import { entriesOf, listOf, nameOf, namespaceOf } from "../resource.ts";
import type { Fault, ResourceRule, StackRule } from "../rule.ts";
import { topicKinds, topicName, topicsOf } from "./topics.ts";

const subscription = "dapr.io/Subscription";
/** Says on a subscription what becomes of a failed event: an ephemeral one is dropped. */
const effectAnnotation = "todo-evolution/effect";

const isEphemeral = ({ props }: Resource): boolean =>
  props.metadata?.annotations?.[effectAnnotation] === "ephemeral";

const subscriptionsOf = (resources: readonly Resource[]): Resource[] =>
  resources.filter(({ kind }) => kind === subscription);

/** Source: DECISIONS.md 4. The service itself sets aside what it cannot process, with its error. */
export const failedEventsHaveAPlace: StackRule = {
  name: "failed-events-have-a-place",
  says: "Every subscription that is not ephemeral has its dead-letter topic, `<topic>.<app-id>.dlq`.",
  remedy: `Make the topic, or annotate the subscription ${effectAnnotation}: ephemeral.`,
  about: [subscription, ...topicKinds],
  faultsIn: (resources) => {
    const topics = topicsOf(resources);
    // Where another one makes the topics they cannot be seen here.
    if (topics.length === 0) return [];
    const names = new Set(topics.map(topicName));
    return subscriptionsOf(resources)
      .filter((one) => !isEphemeral(one))
      .flatMap((resource) =>
        listOf(resource.props.scopes)
          .map((appId) => `${resource.props.spec?.topic}.${appId}.dlq`)
          .filter((name) => !names.has(name))
          .map((name) => ({ resource, fault: `has no dead-letter topic: there is no ${name}` })),
      );
  },
};

export const sidecarsSetNothingAside: ResourceRule = {
  name: "sidecars-set-nothing-aside",
  says: "Dead letters are the service's: the sidecar would also take what only had to wait.",
  remedy: "Leave deadLetterTopic out; the kit publishes poison with its error.",
  about: [subscription],
  faultsOf: ({ props }) =>
    props.spec?.deadLetterTopic === undefined
      ? []
      : [`hands to ${props.spec.deadLetterTopic} what it could not deliver, without an error`],
};

export const deliveriesDoNotEnd: StackRule = {
  name: "deliveries-do-not-end",
  says: "A policy retries the delivery of each subscription at a constant pace without end.",
  remedy:
    "Add a Resiliency, scoped to the service, whose target components.<pubsub>.inbound.retry is " +
    "a policy with policy: constant and maxRetries: -1.",
  about: [subscription, "dapr.io/Resiliency"],
  faultsIn: (resources) => {
    const policies = resources.filter(({ kind }) => kind === "dapr.io/Resiliency");
    return subscriptionsOf(resources).flatMap((resource) =>
      listOf(resource.props.scopes).flatMap((appId) => faultOf(resource, appId, policies)),
    );
  },
};

function faultOf(resource: Resource, appId: string, policies: readonly Resource[]): Fault[] {
  const pubsub = resource.props.spec?.pubsubname;
  const covering = policies.filter(
    (policy) =>
      namespaceOf(policy) === namespaceOf(resource) &&
      (policy.props.scopes === undefined || listOf(policy.props.scopes).includes(appId)) &&
      retryOf(policy, pubsub) !== undefined,
  );
  const [policy] = covering;
  if (!policy) {
    return [{ resource, fault: `is delivered to ${appId} with the sidecar's few tries only` }];
  }
  const ends = covering.filter((one) => !isEndless(one, retryOf(one, pubsub)));
  return ends.map((one) => ({
    resource,
    fault: `is given up after the tries of ${nameOf(one)} (${retryOf(one, pubsub)})`,
  }));
}

const retryOf = ({ props }: Resource, pubsub: string): string | undefined =>
  props.spec?.targets?.components?.[pubsub]?.inbound?.retry;

function isEndless({ props }: Resource, name: string | undefined): boolean {
  const found = entriesOf(props.spec?.policies?.retries).find(([key]) => key === name)?.[1];
  // An exponential policy ends after fifteen minutes, whatever its maxRetries says.
  return found?.policy === "constant" && Number(found.maxRetries) === -1;
}
