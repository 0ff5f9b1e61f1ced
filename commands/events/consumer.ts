import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { AppId } from "#apps/contracts/services.ts";
import type { ClusterApi } from "#commands/doctor/cluster-api.ts";
import { bringUp } from "#commands/local/bring-up.ts";
import { stack } from "#commands/local/stack.ts";
import { Refusal } from "#commands/run.ts";
import { isAlive, markerOf } from "#infra/host/provider/proc.ts";
import { readRecord } from "#infra/host/provider/record.ts";
import { placesOf } from "#infra/host/provider/stack-folder.ts";
import { stopProcess } from "#infra/host/provider/stop.ts";

/** Stops and starts all replicas of one service, each with its sidecar. */
export type ConsumerControl = {
  readonly isRunning: () => Promise<boolean>;
  /** Returns when none of its processes is left. */
  readonly stop: () => Promise<void>;
  /** Starts what `stop` stopped, also that of a run that was cut off. */
  readonly start: () => Promise<void>;
};

/** The processes of a service on the local stack; starting them is `npm start`. */
export function localConsumer(app: AppId): ConsumerControl {
  const running = () =>
    processesOf(app, readdirSync(join(stack.folder, "run")))
      .map((name) => ({ name, record: readRecord(placesOf(stack.folder, name).record) }))
      .filter(({ record }) => record && isAlive(record));
  return {
    isRunning: async () => running().some(({ name }) => name.endsWith("-sidecar")),
    stop: async () => {
      // Sidecars first: what they have delivered is still acted on and committed.
      const found = running().sort((one, other) => order(one.name) - order(other.name));
      for (const { name, record } of found) {
        if (record) await stopProcess(record, markerOf(stack.folder, name), { graceMs: 15_000 });
      }
    },
    start: async () => {
      if ((await bringUp([])) !== 0) throw new Refusal("the consumer could not be started");
    },
  };
}

/** The names of a service's processes among all files of records: replicas and their sidecars. */
export const processesOf = (app: AppId, files: readonly string[]): string[] =>
  files
    .map((file) => basename(file, ".json"))
    .filter((name) => new RegExp(`^${app}(-\\d+)?(-sidecar)?$`).test(name));

const order = (name: string): number => Number(!name.endsWith("-sidecar"));

/** Remembers how many replicas there were, so that another run can go on after a cut. */
const replicasBefore = "todo-evolution/replicas-before-replay";
const podsGoneMs = 120_000;

/** The Deployment of a service in a cluster, scaled to nothing and back, its scaler held meanwhile. */
export function clusterConsumer(api: ClusterApi, namespace: string, app: AppId): ConsumerControl {
  const deployment = `/apis/apps/v1/namespaces/${namespace}/deployments/${app}`;
  const scaler = `/apis/keda.sh/v1alpha1/namespaces/${namespace}/scaledobjects/${app}`;
  const pods = `/api/v1/namespaces/${namespace}/pods?labelSelector=app.kubernetes.io/name=${app}`;
  const holdScaler = (paused: "true" | null) =>
    api.patch(scaler, { metadata: { annotations: { "autoscaling.keda.sh/paused": paused } } });
  const read = async () => {
    const found = await api.get(deployment);
    if (!found) throw new Refusal(`there is no Deployment ${app} in namespace ${namespace}`);
    return found;
  };
  return {
    isRunning: async () => ((await read()).status?.availableReplicas ?? 0) > 0,
    stop: async () => {
      const { spec, metadata } = await read();
      const before = metadata.annotations?.[replicasBefore] ?? String(spec.replicas || 1);
      await holdScaler("true");
      await api.patch(deployment, {
        metadata: { annotations: { [replicasBefore]: before } },
        spec: { replicas: 0 },
      });
      const endsAt = performance.now() + podsGoneMs;
      while ((await api.get(pods))?.items?.length > 0) {
        if (performance.now() > endsAt) {
          throw new Refusal(
            `pods of ${app} are still there after ${podsGoneMs / 1_000} s: see kubectl get pods ` +
              `-n ${namespace}, then run it again`,
          );
        }
        await sleep(1_000);
      }
    },
    start: async () => {
      const { spec, metadata } = await read();
      const before = Number(metadata.annotations?.[replicasBefore] ?? (spec.replicas || 1));
      await api.patch(deployment, {
        metadata: { annotations: { [replicasBefore]: null } },
        spec: { replicas: before },
      });
      await holdScaler(null);
    },
  };
}
