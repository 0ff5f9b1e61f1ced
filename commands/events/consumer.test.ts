import { describe, expect, test } from "vitest";
import type { ClusterApi } from "#commands/doctor/cluster-api.ts";
import { clusterConsumer, processesOf } from "./consumer.ts";

test("the processes of a service are its replicas and their sidecars, and nobody else's", () => {
  const files = ["audit.json", "audit-sidecar.json", "audit-2.json", "audit-2-sidecar.json"];
  const others = ["auditor.json", "backend-sidecar.json", "audit-migrations.json"];
  expect(processesOf("audit", [...files, ...others])).toEqual(
    files.map((file) => file.slice(0, -".json".length)),
  );
});

/** A cluster with one Deployment, its pods gone as soon as it is scaled to nothing. */
function cluster(replicas: number, hasScaler: boolean, annotations: Record<string, string> = {}) {
  const deployment = {
    metadata: { annotations: { ...annotations } as Record<string, string | null> },
    spec: { replicas },
    status: { availableReplicas: replicas },
  };
  const scaler = { paused: null as string | null };
  const api: ClusterApi = {
    get: async (path) =>
      path.includes("/pods") ? { items: Array(deployment.spec.replicas).fill({}) } : deployment,
    text: async () => undefined,
    patch: async (path, change) => {
      const { metadata, spec } = change as typeof deployment;
      if (path.includes("scaledobjects")) {
        if (hasScaler) scaler.paused = metadata.annotations["autoscaling.keda.sh/paused"] ?? null;
        return hasScaler;
      }
      Object.assign(deployment.metadata.annotations, metadata.annotations);
      deployment.spec.replicas = spec.replicas;
      return true;
    },
  };
  return { deployment, scaler, consumer: clusterConsumer(api, "todo", "audit") };
}

describe("a consumer in a cluster", () => {
  test("is scaled to nothing and back to as many, its scaler held meanwhile", async () => {
    const { deployment, scaler, consumer } = cluster(3, true);
    await consumer.stop();
    expect([deployment.spec.replicas, scaler.paused]).toEqual([0, "true"]);
    await consumer.start();
    expect([deployment.spec.replicas, scaler.paused]).toEqual([3, null]);
    expect(Object.values(deployment.metadata.annotations)).toEqual([null]);
  });

  test("comes back to as many after a run that was cut off", async () => {
    const name = "todo-evolution/replicas-before-replay";
    const { deployment, consumer } = cluster(0, false, { [name]: "2" });
    expect(await consumer.isRunning()).toBe(false);
    await consumer.stop();
    await consumer.start();
    expect(deployment.spec.replicas).toBe(2);
  });
});
