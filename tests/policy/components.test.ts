import { beforeAll, describe, expect, test } from "vitest";
import type { StackSize } from "#apps/contracts/topics.ts";
import type { Recorded } from "#components/recording.ts";
import { record } from "#components/recording.ts";
import { examine } from "#policy/examine.ts";
import { alone } from "../manifests/alone.ts";

/** Components that together have all that the rules ask for; of the gateways one. */
const parts = ["platform", "dapr", "service", "network", "ingress, self-signed"];

const recordParts = (size: StackSize): Promise<Recorded[]> =>
  record(() => {
    for (const part of parts) alone[part]?.(size);
  });

// The image of these samples is no real one.
const brokenRules = (recorded: readonly Recorded[], size: StackSize): string[] =>
  examine(recorded, { size })
    .map(({ rule }) => rule)
    .filter((rule) => rule !== "images-are-pinned");

test.each<StackSize>(["dev", "prod"])("the components keep to every rule in %s", async (size) => {
  expect(brokenRules(await recordParts(size), size)).toEqual([]);
});

// biome-ignore lint/suspicious/noExplicitAny: inputs of any resource
type Slip = (inputs: any) => void;

/** One change each to what a component really makes, and the rule that must see it. */
const slips: [kind: string, what: string, slip: Slip, rule: string][] = [
  ["Deployment", "may be root", pod((it) => delete it.securityContext), "pods-run-unprivileged"],
  ["Deployment", "uses its node", pod((it) => (it.hostPID = true)), "pods-keep-off-their-node"],
  [
    "Deployment",
    "mounts a token",
    pod((it) => delete it.automountServiceAccountToken),
    "tokens-are-not-mounted",
  ],
  [
    "Deployment",
    "has a password in clear",
    container((it) => it.env.push({ name: "DB_PASSWORD", value: "hunter2" })),
    "environment-has-no-secrets",
  ],
  [
    "Deployment",
    "is not probed",
    container((it) => delete it.readinessProbe),
    "servers-are-probed",
  ],
  [
    "Deployment",
    "has no limit",
    container((it) => delete it.resources.limits),
    "containers-say-what-they-take",
  ],
  [
    "Deployment",
    "stands on one node",
    pod((it) => delete it.topologySpreadConstraints),
    "replicas-are-spread",
  ],
  [
    "Deployment",
    "is killed early",
    pod((it) => (it.terminationGracePeriodSeconds = 10)),
    "sidecars-outlive-their-service",
  ],
  ["Deployment", "has replicas", (it) => (it.spec.replicas = 2), "no-replicas-beside-a-scaler"],
  ["Deployment", "is replaced at once", (it) => delete it.spec.strategy, "rollouts-lose-nothing"],
  [
    "Deployment",
    "has another configuration",
    (it) => (it.spec.template.metadata.annotations["dapr.io/config"] = "other"),
    "sidecars-have-a-configuration",
  ],
  [
    "Deployment",
    "comes to Kafka as another",
    (it) => (it.spec.template.metadata.annotations["dapr.io/env"] = "KAFKA_USERNAME=one"),
    "services-have-a-kafka-user-each",
  ],
  [
    "Deployment",
    "has labels that no policy names",
    (it) => (it.spec.template.metadata.labels = {}),
    "pods-have-a-network-policy",
  ],
  [
    "PodDisruptionBudget",
    "is another's",
    (it) => (it.spec.selector = { matchLabels: { a: "b" } }),
    "replicas-survive-a-drain",
  ],
  ["Service", "is public", (it) => (it.spec.type = "NodePort"), "only-the-gateway-is-public"],
  ["Namespace", "is open", (it) => delete it.metadata.labels, "namespaces-are-restricted"],
  ["Chart", "has no version", (it) => delete it.version, "charts-are-pinned"],
  [
    "Chart",
    "is given a password",
    (it) => (it.values.adminPassword = "hunter2"),
    "chart-values-have-no-secrets",
  ],
  [
    "NetworkPolicy",
    "lets in everyone",
    (it) => it.spec.ingress.push({}),
    "network-policies-name-their-peers",
  ],
  [
    "NetworkPolicy",
    "is ingress only",
    (it) => (it.spec.policyTypes = ["Ingress"]),
    "namespaces-deny-by-default",
  ],
  [
    "Component",
    "shares a group",
    (it) => it.spec.metadata.push({ name: "consumerGroup", value: "todo" }),
    "no-shared-consumer-group",
  ],
  ["Component", "is for all", (it) => delete it.scopes, "dapr-resources-are-scoped"],
  [
    "Component",
    "has a password in clear",
    (it) => it.spec.metadata.push({ name: "redisPassword", value: "hunter2" }),
    "dapr-components-refer-to-secrets",
  ],
  [
    "Component",
    "speaks in clear",
    (it) => it.spec.metadata.unshift(...["disableTls"].map((name) => ({ name, value: "true" }))),
    "sidecars-reach-their-data-safely",
  ],
  [
    "Configuration",
    "lets in everyone",
    (it) => (it.spec.accessControl.defaultAction = "allow"),
    "sidecars-deny-by-default",
  ],
  [
    "Subscription",
    "sets events aside",
    (it) => (it.spec.deadLetterTopic = "dead"),
    "sidecars-set-nothing-aside",
  ],
  [
    "Resiliency",
    "gives up",
    (it) => (it.spec.policies.retries["until-delivered"].maxRetries = 3),
    "deliveries-do-not-end",
  ],
  ["Gateway", "has no TLS", (it) => it.spec.listeners.pop(), "public-traffic-is-encrypted"],
  ["Secret", "is in clear", (it) => (it.stringData = { a: "b" }), "secrets-are-encrypted"],
  [
    "ScaledObject",
    "is given a secret",
    (it) => (it.spec.triggers[0].metadata.password = "hunter2"),
    "custom-resources-have-no-secrets",
  ],
];

describe("a slip in what the components make is seen:", () => {
  let recorded: Recorded[];
  beforeAll(async () => {
    recorded = await recordParts("prod");
  });

  test.each(slips)("a %s %s", (kind, _, slip, rule) => {
    const changed = structuredClone(recorded);
    const ofKind = new RegExp(`^kubernetes:.*:${kind}$`);
    for (const { type, inputs } of changed) if (ofKind.test(type)) slip(inputs);
    expect(brokenRules(changed, "prod")).toContain(rule);
  });
});

function pod(change: Slip): Slip {
  return ({ spec }) => change(spec.template.spec);
}

function container(change: Slip): Slip {
  return pod(({ containers }) => change(containers[0]));
}
