import { setTimeout as sleep } from "node:timers/promises";
import {
  AppsV1Api,
  CoreV1Api,
  KubeConfig,
  PatchStrategy,
  setHeaderOptions,
} from "@kubernetes/client-node";
import { appIds } from "#apps/contracts/services.ts";
import { findPrograms } from "#toolchain/find.ts";
import { kafka } from "../cluster/backing.ts";
import { type ClusterDescription, describeCluster } from "../cluster/cluster.ts";
import { ensure, kill } from "../cluster/processes.ts";
import type { Stack } from "../e2e/stack.ts";
import { type Fault, timed } from "./fault.ts";

/** What of a system on the cluster of this machine the examinations look at. */
export type ClusterStack = Pick<Stack, "baseUrl" | "kafka" | "postgres">;

const namespace = "todo";
const rolledOutWithinMs = 180_000;
const brokerAwayMs = 3_000;

/** The system at this address, on the cluster of this clone. */
export function clusterStack(baseUrl: string): ClusterStack {
  const { kafka: broker, postgres } = describeCluster();
  const { host, port, username, password } = postgres;
  return {
    baseUrl,
    kafka: { ...broker, mechanism: "SCRAM-SHA-512" },
    postgres: { adminUrl: `postgres://${username}:${password}@${host}:${port}/todo` },
  };
}

/** Every way in which a cluster loses a part: pods killed, rolled, the broker and Redis gone. */
export function clusterFaults(): Fault[] {
  const cluster = connect(describeCluster());
  return [
    { name: "none", strike: async () => undefined },
    ...appIds.map((appId) => ({
      name: `${appId} pod killed`,
      strike: () => timed(() => cluster.killPods(appId)),
    })),
    ...appIds.map((appId) => ({
      name: `${appId} rolled`,
      strike: () => timed(() => cluster.roll(appId)),
    })),
    {
      name: "all rolled at once",
      strike: () => timed(async () => void (await Promise.all(appIds.map(cluster.roll)))),
    },
    { name: "broker killed", strike: () => timed(killBroker) },
    { name: "redis pod killed", strike: () => timed(() => cluster.killPods("redis", true)) },
  ];
}

/** As a power cut of its machine, and its return. */
async function killBroker(): Promise<void> {
  const programs = await findPrograms(["kafka", "java"]);
  await kill("kafka");
  await sleep(brokerAwayMs);
  await ensure(kafka(programs.kafka.path, programs.java.path));
}

function connect({ kubeconfig, context }: ClusterDescription) {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  config.setCurrentContext(context);
  const core = config.makeApiClient(CoreV1Api);
  const apps = config.makeApiClient(AppsV1Api);

  const podsOf = async (name: string) =>
    (
      await core.listNamespacedPod({
        namespace,
        labelSelector: `app.kubernetes.io/name=${name}`,
      })
    ).items;

  const untilReady = async (name: string, gone: ReadonlySet<string>): Promise<void> => {
    const until = Date.now() + rolledOutWithinMs;
    for (;;) {
      const pods = await podsOf(name);
      const isReady = (pod: (typeof pods)[number]): boolean =>
        (pod.status?.conditions ?? []).some(
          ({ type, status }) => type === "Ready" && status === "True",
        );
      const uids = pods.map(({ metadata }) => metadata?.uid ?? "");
      if (pods.length > 0 && pods.every(isReady) && !uids.some((uid) => gone.has(uid))) return;
      if (Date.now() > until) throw new Error(`${name} is not ready again`);
      await sleep(250);
    }
  };

  return {
    /** Ends pods without a word to them, and waits for those that take their place. */
    killPods: async (name: string, stateful = false): Promise<void> => {
      const pods = await podsOf(name);
      for (const { metadata } of pods) {
        await core.deleteNamespacedPod({
          name: metadata?.name ?? "",
          namespace,
          gracePeriodSeconds: 0,
        });
      }
      if (pods.length === 0) throw new Error(`there is no pod of ${name}`);
      await untilReady(name, new Set(pods.map(({ metadata }) => metadata?.uid ?? "")));
      if (stateful) await sleep(1_000);
    },
    /** What `kubectl rollout restart` does, to its end. */
    roll: async (name: string): Promise<void> => {
      const before = await podsOf(name);
      const annotations = { "kubectl.kubernetes.io/restartedAt": new Date().toISOString() };
      await apps.patchNamespacedDeployment(
        {
          name,
          namespace,
          body: { spec: { template: { metadata: { annotations } } } },
        },
        setHeaderOptions("Content-Type", PatchStrategy.StrategicMergePatch),
      );
      await untilReady(name, new Set(before.map(({ metadata }) => metadata?.uid ?? "")));
    },
  };
}
