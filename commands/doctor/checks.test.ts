import { expect, test } from "vitest";
import { appIds, contractOf, subscriptionsOf } from "#apps/contracts/services.ts";
import { componentsOf } from "#components/dapr/components.ts";
import { examine } from "./checks.ts";
import type { Snapshot, Thing } from "./snapshot.ts";

const now = Date.parse("2026-11-21T12:00:00Z");

const podOf = (appId: string): Thing => ({
  kind: "Pod",
  metadata: {
    name: `${appId}-1`,
    namespace: "todo",
    labels: { "app.kubernetes.io/name": appId },
    annotations: { "dapr.io/enabled": "true" },
  },
  spec: { containers: [{ name: appId }, { name: "daprd" }] },
  status: { containerStatuses: [{ name: appId, ready: true, state: { running: {} } }] },
});

const named = (name: string): Thing => ({ metadata: { name } });

/** A stack that is well, and what is changed of it. */
const snapshot = (changes: Partial<Snapshot> = {}): Snapshot => ({
  namespace: "todo",
  now,
  namespaces: [{ kind: "Namespace", ...named("todo") }],
  pods: appIds.map(podOf),
  deployments: appIds.map((appId) => ({
    ...named(appId),
    spec: { replicas: 1 },
    status: { availableReplicas: 1 },
  })),
  statefulSets: [],
  jobs: [],
  volumes: [],
  components: componentsOf({
    namespace: "todo",
    trustDomain: "public",
    kafka: { brokers: "", version: "", mechanism: "PLAIN", tls: false },
    redis: { address: "", username: "", password: "", tls: false },
    mail: { host: "", port: 0, from: "", verified: true },
    secretStore: "kubernetes",
    tracing: { samplingRate: 0, zipkinEndpoint: undefined },
  }),
  configurations: appIds.map(named),
  subscriptions: appIds.flatMap((appId) =>
    subscriptionsOf(contractOf(appId)).map(([topic]) => named(`${appId}-${topic}`)),
  ),
  conditioned: [],
  operatorPods: [],
  metrics: {},
  kafkaMetrics: "",
  logs: {},
  ...changes,
});

const faults = (changes: Partial<Snapshot>) =>
  examine(snapshot(changes)).map(({ about, fault, remedy }) => `${about}: ${fault} → ${remedy}`);

const [first] = appIds;
const pod = podOf(first as string);

const withStatus = (status: object): Thing => ({ ...pod, status });
const waiting = (reason: string) =>
  withStatus({
    containerStatuses: [{ name: first, ready: false, state: { waiting: { reason } } }],
  });

test("nothing is wrong with a stack that is well", () => {
  expect(faults({})).toEqual([]);
});

test.each<[string, Partial<Snapshot>, string]>([
  ["a namespace that is not there", { namespaces: [] }, "Namespace todo: it does not exist"],
  ["a service that is not there", { deployments: [] }, `Deployment ${first}: it does not exist`],
  [
    "replicas that are missing",
    {
      deployments: appIds.map((appId) => ({
        ...named(appId),
        spec: { replicas: 2 },
        status: { availableReplicas: 1 },
      })),
    },
    "1 of 2 replicas",
  ],
  [
    "a pod without its sidecar",
    { pods: [{ ...pod, spec: { containers: [{ name: first }] } }] },
    "it has no sidecar",
  ],
  ["an image that is not there", { pods: [waiting("ImagePullBackOff")] }, "images.registry"],
  ["a container that ends again and again", { pods: [waiting("CrashLoopBackOff")] }, "Crash"],
  [
    "a Secret that is missing",
    { pods: [waiting("CreateContainerConfigError")] },
    "Secret or ConfigMap",
  ],
  [
    "a container that took too much memory",
    {
      pods: [
        withStatus({
          containerStatuses: [
            {
              name: first,
              ready: true,
              restartCount: 3,
              state: { running: {} },
              lastState: { terminated: { reason: "OOMKilled" } },
            },
          ],
        }),
      ],
    },
    "3 restarts",
  ],
  [
    "a sidecar that does not get ready",
    {
      pods: [
        withStatus({
          containerStatuses: [
            {
              name: "daprd",
              ready: false,
              state: { running: { startedAt: "2026-01-01T00:00:00Z" } },
            },
          ],
        }),
      ],
    },
    "one of its components does not come up",
  ],
  [
    "a pod that no node takes",
    {
      pods: [
        withStatus({
          conditions: [{ type: "PodScheduled", status: "False", message: "Insufficient memory" }],
        }),
      ],
    },
    "Insufficient memory",
  ],
  [
    "a job that failed",
    {
      jobs: [{ ...named("migrate"), status: { conditions: [{ type: "Failed", status: "True" }] } }],
    },
    "kubectl logs job/migrate",
  ],
  ["components that are missing", { components: [] }, "Component kafka-pubsub: it does not exist"],
  ["subscriptions that are missing", { subscriptions: [] }, "Subscription"],
  ["configurations that are missing", { configurations: [] }, `Configuration ${first}`],
  [
    "a topic that is not ready",
    {
      conditioned: [
        {
          kind: "KafkaTopic",
          ...named("task-events"),
          status: {
            conditions: [
              {
                type: "Ready",
                status: "False",
                reason: "NotSupported",
                message: "fewer partitions",
              },
            ],
          },
        },
      ],
    },
    "KafkaTopic task-events: NotSupported: fewer partitions",
  ],
  [
    "an object that a finalizer holds",
    {
      conditioned: [
        {
          kind: "KafkaTopic",
          metadata: {
            name: "task-events",
            deletionTimestamp: "2026-11-21T11:50:00Z",
            finalizers: ["strimzi.io/topic-operator"],
          },
        },
      ],
    },
    "strimzi.io/topic-operator",
  ],
  [
    "events that wait in an outbox",
    { metrics: { [`${first}-1`]: 'outbox_oldest_age_seconds{app="x"} 95\noutbox_depth 12\n' } },
    "waits for 95 s in the outbox (12 wait)",
  ],
  [
    "dead letters",
    {
      metrics: {
        [`${first}-1`]: 'events_received_total{topic="t",outcome="dead-lettered"} 2\n',
      },
    },
    "2 events were set aside",
  ],
  [
    "a consumer that is behind",
    {
      kafkaMetrics: [0, 1]
        .map(
          (it) =>
            `kafka_consumergroup_lag{consumergroup="audit",partition="${it}",topic="task-events"} 800`,
        )
        .join("\n"),
    },
    "1600 events of task-events wait for it",
  ],
])("%s is told", (_what, changes, told) => {
  expect(faults(changes).join("\n")).toContain(told);
});

test("the end of a container's log stands beside its fault", () => {
  const log = "cannot connect to kafka:9093";
  const [finding] = examine(
    snapshot({ pods: [waiting("CrashLoopBackOff")], logs: { [`${first}-1/${first}`]: log } }),
  );
  expect(finding?.evidence).toBe(log);
});

test("what is being deleted has a minute before it counts as stuck", () => {
  const metadata = { name: "x", deletionTimestamp: "2026-11-21T11:59:30Z", finalizers: ["f"] };
  expect(faults({ volumes: [{ kind: "PersistentVolumeClaim", metadata }] })).toEqual([]);
});
