import { setTimeout as sleep } from "node:timers/promises";
import { AppsV1Api, CoreV1Api, KubeConfig } from "@kubernetes/client-node";

/**
 * Waits until every Deployment, StatefulSet and DaemonSet of a namespace has the pods it wants:
 * `node infra/clusters/wait-for-workloads.ts <namespace>`, with the cluster's kubeconfig (its
 * content) in KUBECONFIG_CONTENT and, where it is not the current one, its context in
 * KUBE_CONTEXT. Exits with 1 and says what is not ready, and why, when that takes too long.
 */
const namespace = process.argv[2] ?? "";
const timeoutMs = 600_000;
const everyMs = 1_000;

const config = new KubeConfig();
config.loadFromString(process.env.KUBECONFIG_CONTENT ?? "");
if (process.env.KUBE_CONTEXT) config.setCurrentContext(process.env.KUBE_CONTEXT);
const apps = config.makeApiClient(AppsV1Api);
const core = config.makeApiClient(CoreV1Api);

const until = Date.now() + timeoutMs;
let told = "";
for (;;) {
  const waiting = await unready().catch((error: Error) => [`the cluster: ${error.message}`]);
  if (waiting.length === 0) break;
  const text = waiting.join("\n  ");
  if (text !== told) console.log(`waiting for\n  ${text}`);
  told = text;
  if (Date.now() > until) {
    console.error(`not ready after ${timeoutMs / 60_000} min:\n  ${text}\n${await reasons()}`);
    process.exit(1);
  }
  await sleep(everyMs);
}
console.log(`everything in ${namespace} is ready`);

async function unready(): Promise<string[]> {
  const [deployments, statefulSets, daemonSets] = await Promise.all([
    apps.listNamespacedDeployment({ namespace }),
    apps.listNamespacedStatefulSet({ namespace }),
    apps.listNamespacedDaemonSet({ namespace }),
  ]);
  const replicated = [...deployments.items, ...statefulSets.items].filter(
    ({ metadata, spec, status }) =>
      (status?.observedGeneration ?? 0) < (metadata?.generation ?? 0) ||
      (status?.updatedReplicas ?? 0) < (spec?.replicas ?? 1) ||
      (status?.availableReplicas ?? 0) < (spec?.replicas ?? 1),
  );
  const onNodes = daemonSets.items.filter(
    ({ status }) => (status?.numberAvailable ?? 0) < (status?.desiredNumberScheduled ?? 0),
  );
  return [...replicated, ...onNodes].map(({ metadata, status }) => {
    // Why there are no pods at all, as when a policy of the cluster refuses them.
    const refused = status?.conditions?.find(({ type }) => type === "ReplicaFailure");
    return [metadata?.name ?? "", refused?.message].filter(Boolean).join(": ");
  });
}

/** What the pods that are not ready say of themselves. */
async function reasons(): Promise<string> {
  const { items } = await core.listNamespacedPod({ namespace });
  return items
    .flatMap(({ metadata, status }) =>
      (status?.containerStatuses ?? [])
        .filter(({ ready }) => !ready)
        .map(({ name, state }) => {
          const why = state?.waiting ?? state?.terminated;
          return `${metadata?.name}/${name}: ${why?.reason ?? "not ready"} ${why?.message ?? ""}`;
        }),
    )
    .join("\n");
}
