import { hasSidecar, podKinds, podOf, serverKinds } from "../pods.ts";
import { entriesOf, listOf, nameOf, namespaceOf } from "../resource.ts";
import type { ResourceRule, StackRule } from "../rule.ts";
import { seconds } from "./seconds.ts";

const component = "dapr.io/Component";

export const noSharedConsumerGroup: ResourceRule = {
  name: "no-shared-consumer-group",
  says: "Each service has its own copy of the stream: the consumer group is its app-id.",
  remedy: "Leave consumerGroup and consumerID out: the default is the app-id.",
  about: [component, "dapr.io/Subscription"],
  faultsOf: ({ props }) => [
    ...listOf(props.spec?.metadata)
      .filter(({ name }) => shared.test(String(name)))
      .map(({ name, value }) => `has all its services share one group (${name}: ${value})`),
    ...entriesOf(props.spec?.metadata)
      .filter(([name]) => shared.test(name))
      .map(([name, value]) => `sets the group of its consumer (${name}: ${value})`),
  ],
};

const shared = /^consumer(Group|ID)$/i;

export const daprResourcesAreScoped: ResourceRule = {
  name: "dapr-resources-are-scoped",
  says: "Components, subscriptions and policies of Dapr are only for the services that declare them.",
  remedy: "List the app-ids under scopes.",
  about: [component, "dapr.io/Subscription", "dapr.io/Resiliency"],
  faultsOf: ({ props }) =>
    listOf(props.scopes).length > 0 ? [] : ["is open to every service (no scopes)"],
};

export const sidecarsDenyByDefault: ResourceRule = {
  name: "sidecars-deny-by-default",
  says: "A sidecar proves who it is, lets in only callers that are named, and opens only listed APIs.",
  remedy:
    "Set mtls.enabled: true, accessControl.defaultAction: deny (for each caller too) and " +
    "api.allowed, as components/dapr/configuration.ts does.",
  about: ["dapr.io/Configuration"],
  faultsOf: ({ props: { spec } }) => {
    const access = spec?.accessControl;
    const faults: [boolean, string][] = [
      [spec?.mtls?.enabled !== true, "does not say that sidecars prove who they are (mtls)"],
      [access?.defaultAction !== "deny", "lets in whoever calls"],
      [listOf(spec?.api?.allowed).length === 0, "opens every API of the sidecar"],
    ];
    return [
      ...faults.filter(([holds]) => holds).map(([, fault]) => fault),
      ...listOf(access?.policies)
        .filter(({ defaultAction }) => defaultAction !== "deny")
        .map(({ appId }) => `lets ${appId} call every route`),
    ];
  },
};

export const sidecarsHaveAConfiguration: StackRule = {
  name: "sidecars-have-a-configuration",
  says: "Every sidecar has a Configuration of its own and asks for tokens in both directions.",
  remedy: "Set the annotations of components/dapr/annotations.ts.",
  about: ["dapr.io/Configuration", ...podKinds],
  faultsIn: (resources) => {
    const configurations = new Set(
      resources
        .filter(({ kind }) => kind === "dapr.io/Configuration")
        .map((one) => `${namespaceOf(one)}/${nameOf(one)}`),
    );
    return resources.flatMap((resource) => {
      const pod = podOf(resource);
      if (!pod || resource.fromChart || !hasSidecar(pod)) return [];
      const { annotations } = pod.metadata;
      const config = annotations["dapr.io/config"];
      const missing = ["dapr.io/api-token-secret", "dapr.io/app-token-secret"].filter(
        (name) => !annotations[name],
      );
      const found = configurations.has(`${namespaceOf(resource)}/${config}`);
      return [
        ...missing.map((name) => `has a sidecar that anyone in reach may use (no ${name})`),
        ...(found ? [] : [`has a sidecar without a Configuration of the stack (${config})`]),
      ].map((fault) => ({ resource, fault }));
    });
  },
};

/** Source: dapr/dapr#9604, an early end of the sidecar loses what is in flight. */
export const sidecarsOutliveTheirService: ResourceRule = {
  name: "sidecars-outlive-their-service",
  says: "A pod has more time to go than its service needs to drain and its sidecar to follow.",
  remedy:
    "Set dapr.io/block-shutdown-duration, and terminationGracePeriodSeconds above the sum of it, " +
    "dapr.io/graceful-shutdown-seconds and the longest preStop.",
  about: podKinds,
  faultsOf: (resource) => {
    const pod = podOf(resource);
    if (!pod || !serverKinds.includes(resource.kind) || !hasSidecar(pod)) return [];
    const { annotations } = pod.metadata;
    const block = seconds(annotations["dapr.io/block-shutdown-duration"]);
    if (!block) return ["has a sidecar that ends as soon as it is told to, events in hand or not"];
    const graceful = Number(annotations["dapr.io/graceful-shutdown-seconds"] ?? 5);
    const preStops = listOf(pod.spec.containers).map(
      ({ lifecycle }) => lifecycle?.preStop?.sleep?.seconds ?? 0,
    );
    const needed = block + graceful + Math.max(0, ...preStops);
    const grace = pod.spec.terminationGracePeriodSeconds ?? 30;
    return grace > needed
      ? []
      : [`is killed after ${grace} s, and draining may take ${needed} s and more`];
  },
};
