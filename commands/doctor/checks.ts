import { appIds, contractOf, subscriptionsOf } from "#apps/contracts/services.ts";
import { componentsOf } from "#components/dapr/components.ts";
import { findingsOfLag } from "./events.ts";
import { broken, type Finding, warning } from "./finding.ts";
import { sumOf } from "./prometheus.ts";
import type { Snapshot, Thing } from "./snapshot.ts";

type Check = (snapshot: Snapshot) => Finding[];

const longMs = 60_000;
const oldOutboxSeconds = 30;

/** Everything that the checks find, what is broken first. */
export const examine = (snapshot: Snapshot): Finding[] =>
  checks
    .flatMap((check) => check(snapshot))
    .sort((one, other) => one.severity.localeCompare(other.severity));

const namespaceThere: Check = ({ namespace, namespaces }) =>
  namespaces.some(({ metadata }) => metadata.name === namespace)
    ? []
    : [
        broken(
          `Namespace ${namespace}`,
          "it does not exist",
          "bring the stack up (pulumi up), or name the right stack and context",
        ),
      ];

/** What was told to go and cannot, and which finalizer holds it. */
const stuck: Check = (snapshot) =>
  [
    ...snapshot.namespaces,
    ...snapshot.pods,
    ...snapshot.volumes,
    ...snapshot.conditioned,
    ...snapshot.components,
  ]
    .filter(({ metadata }) => metadata.deletionTimestamp)
    .filter(({ metadata }) => snapshot.now - Date.parse(metadata.deletionTimestamp) > longMs)
    .map(({ kind, metadata }) => {
      const finalizers = metadata.finalizers ?? [];
      const operator = finalizers[0] ?? "";
      return broken(
        `${kind} ${metadata.name}`,
        finalizers.length > 0
          ? `it is being deleted since ${metadata.deletionTimestamp}; the finalizer ${finalizers.join(", ")} holds it`
          : `it is being deleted since ${metadata.deletionTimestamp}`,
        operator
          ? "bring back the operator that removes this finalizer and let it finish; only when that " +
              "operator is gone for good, remove the finalizer by hand: " +
              `kubectl patch ${String(kind).toLowerCase()} ${metadata.name} -n ${snapshot.namespace} ` +
              `--type=merge -p '{"metadata":{"finalizers":null}}'`
          : "see what is still in it: kubectl get events",
      );
    });

/** A service of the contracts that is not there, or does not have the pods it should have. */
const deployments: Check = ({ deployments: all, namespace }) =>
  appIds.flatMap((appId) => {
    const found = all.find(({ metadata }) => metadata.name === appId);
    if (!found) {
      return [
        broken(
          `Deployment ${appId}`,
          "it does not exist",
          "run pulumi up; see what pulumi preview shows",
        ),
      ];
    }
    const wanted = found.spec.replicas ?? 1;
    const available = found.status?.availableReplicas ?? 0;
    if (available >= wanted) return [];
    return [
      broken(
        `Deployment ${appId}`,
        `${available} of ${wanted} replicas are available`,
        `see its pods below, or: kubectl describe deployment ${appId} -n ${namespace}`,
      ),
    ];
  });

/** A pod of a service that started while the injector was away runs alone, and does nothing. */
const sidecars: Check = ({ pods, namespace }) =>
  pods
    .filter(({ metadata }) => metadata.annotations?.["dapr.io/enabled"] === "true")
    .filter(({ spec }) => !namesOf(spec).includes("daprd"))
    .map(({ metadata }) =>
      broken(
        `Pod ${metadata.name}`,
        "it has no sidecar: Dapr's injector was away when it started, or does not look at this namespace",
        "see that dapr-sidecar-injector runs in dapr-system and that the namespace has the label " +
          `todo-evolution/sidecars=enabled, then: kubectl delete pod ${metadata.name} -n ${namespace}`,
      ),
    );

const namesOf = (spec: Thing): string[] =>
  [...(spec.containers ?? []), ...(spec.initContainers ?? [])].map(({ name }) => name);

/** Containers that wait, crash or are not ready, each with its reason and the end of its log. */
const containers: Check = (snapshot) =>
  [...snapshot.pods, ...snapshot.operatorPods].flatMap((pod) =>
    [...(pod.status.initContainerStatuses ?? []), ...(pod.status.containerStatuses ?? [])].flatMap(
      (status: Thing) => {
        const found = reasonOf(status, pod);
        if (!found) return [];
        const log = snapshot.logs[`${pod.metadata.name}/${status.name}`];
        const about = `Pod ${pod.metadata.name}, container ${status.name}`;
        return [broken(about, found.fault, found.remedy, log)];
      },
    ),
  );

function reasonOf(status: Thing, pod: Thing): { fault: string; remedy: string } | undefined {
  const { reason, message } = status.state?.waiting ?? {};
  const known = reason && waitingRemedies[reason];
  if (known) return { fault: [reason, message].filter(Boolean).join(": "), remedy: known };
  const killed = status.lastState?.terminated?.reason === "OOMKilled";
  if (killed) {
    return {
      fault: `it was ended for taking more memory than its limit (${status.restartCount} restarts)`,
      remedy: "raise the limit in components/service/pod.ts, or find what grows",
    };
  }
  const isService = status.name === "daprd" || pod.metadata.annotations?.["dapr.io/enabled"];
  const since = Date.parse(status.state?.running?.startedAt ?? "");
  if (isService && status.state?.running && !status.ready && Date.now() - since > longMs) {
    return status.name === "daprd"
      ? {
          fault: "the sidecar runs and is not ready: one of its components does not come up",
          remedy: "its log names the component; see that what it connects to is reachable",
        }
      : {
          fault: "it runs and is not ready: its database does not answer, or it is draining",
          remedy: `see /readyz: kubectl exec is not needed, its log tells the reason`,
        };
  }
  return undefined;
}

const waitingRemedies: Readonly<Record<string, string>> = {
  CrashLoopBackOff: "it ends again and again; the end of its log tells why",
  ImagePullBackOff: "see that the image exists, and that the node may pull it (images.registry)",
  ErrImagePull: "see that the image exists, and that the node may pull it (images.registry)",
  ErrImageNeverPull: "the image is not on the node: hand it over again (pulumi up)",
  CreateContainerConfigError: "a Secret or ConfigMap that it names is missing: pulumi up",
  CreateContainerError: "the container cannot be made; the message tells why",
  InvalidImageName: "the image's name is not one: see images.registry and images.tag",
};

/** Pods that no node takes, and jobs that failed. */
const unscheduled: Check = ({ pods }) =>
  pods.flatMap(({ metadata, status }) => {
    const scheduled = (status.conditions ?? []).find(
      (condition: Thing) => condition.type === "PodScheduled",
    );
    if (scheduled?.status !== "False") return [];
    return [
      broken(
        `Pod ${metadata.name}`,
        `no node takes it: ${scheduled.message}`,
        "add a node, or free processor time, memory or volumes",
      ),
    ];
  });

const jobs: Check = ({ jobs: all, namespace }) =>
  all
    .filter(({ status }) =>
      (status?.conditions ?? []).some(
        ({ type, status }: Thing) => type === "Failed" && status === "True",
      ),
    )
    .map(({ metadata }) =>
      broken(
        `Job ${metadata.name}`,
        "it failed",
        `kubectl logs job/${metadata.name} -n ${namespace}; mend the cause, then pulumi up`,
      ),
    );

/** What the contracts ask of Dapr and the cluster does not have. */
const daprObjects: Check = (snapshot) => {
  const named = (all: readonly Thing[]) => new Set(all.map(({ metadata }) => metadata.name));
  const missing = (kind: string, wanted: readonly string[], there: Set<string>) =>
    wanted
      .filter((name) => !there.has(name))
      .map((name) =>
        broken(`${kind} ${name}`, "it does not exist", "run pulumi up, then restart the services"),
      );
  const subscriptions = appIds.flatMap((appId) =>
    subscriptionsOf(contractOf(appId)).map(([topic]) => `${appId}-${topic}`),
  );
  return [
    ...missing("Component", componentNames, named(snapshot.components)),
    ...missing("Configuration", appIds, named(snapshot.configurations)),
    ...missing("Subscription", subscriptions, named(snapshot.subscriptions)),
  ];
};

// The names follow from the contracts alone; the facts only fill in values.
const componentNames: string[] = componentsOf({
  namespace: "",
  trustDomain: "",
  kafka: { brokers: "", version: "", mechanism: "SCRAM-SHA-512", tls: false },
  redis: { address: "", username: "", password: "", tls: false },
  mail: { host: "", port: 0, from: "", verified: true },
  secretStore: "kubernetes",
  tracing: { samplingRate: 0, zipkinEndpoint: undefined },
}).map(({ metadata }) => metadata.name);

/** Objects of operators that say themselves that they are not ready: topics, users, databases. */
const conditions: Check = ({ conditioned }) =>
  conditioned.flatMap(({ kind, metadata, status }) => {
    const unready = (status?.conditions ?? []).find(
      ({ type, status: is }: Thing) =>
        ["Ready", "Programmed", "Accepted"].includes(type) && is === "False",
    );
    if (!unready) return [];
    return [
      broken(
        `${kind} ${metadata.name}`,
        [unready.reason, unready.message].filter(Boolean).join(": ") || "it is not ready",
        "see the log of its operator; it tries again by itself once the cause is gone",
      ),
    ];
  });

/** What the services say of themselves: events that wait, and events that were set aside. */
const events: Check = ({ metrics, pods }) =>
  Object.entries(metrics).flatMap(([pod, text]) => {
    const appId = pods.find(({ metadata }) => metadata.name === pod)?.metadata.labels?.[
      "app.kubernetes.io/name"
    ];
    const age = sumOf(text, "outbox_oldest_age_seconds");
    const depth = sumOf(text, "outbox_depth");
    const dead = sumOf(text, "events_received_total", { outcome: "dead-lettered" });
    return [
      ...(age > oldOutboxSeconds
        ? [
            broken(
              `Service ${appId}`,
              `its oldest event waits for ${Math.round(age)} s in the outbox (${depth} wait)`,
              "its sidecar or Kafka does not take events: see the sidecar's log and the brokers",
            ),
          ]
        : []),
      ...(dead > 0
        ? [
            warning(
              `Service ${appId}`,
              `${dead} events were set aside as dead letters since pod ${pod} started`,
              "those that still wait, each with its error: npm run events -- dlq list --app " +
                `${appId} -s <stack>; mend the cause, then dlq redrive or discard`,
            ),
          ]
        : []),
    ];
  });

/** What Kafka's exporter says of consumers: events that wait for one that is behind. */
const lags: Check = ({ kafkaMetrics }) =>
  findingsOfLag(
    appIds.flatMap((app) =>
      subscriptionsOf(contractOf(app)).map(([topic]) => ({
        ...{ app, topic },
        lag: sumOf(kafkaMetrics, "kafka_consumergroup_lag", { consumergroup: app, topic }),
      })),
    ),
    " -s <stack>",
  );

const checks: readonly Check[] = [
  namespaceThere,
  stuck,
  deployments,
  sidecars,
  containers,
  unscheduled,
  jobs,
  daprObjects,
  conditions,
  events,
  lags,
];
