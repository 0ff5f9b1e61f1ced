import { expect, test } from "vitest";
import { record } from "#components/recording.ts";
import { readConfig } from "./config.ts";
import { createKubernetesStack } from "./kubernetes.ts";

/** The smallest stack in a cluster, with `changes`: its subscriptions and their sidecars. */
async function recordStack(changes: Readonly<Record<string, string>> = {}) {
  const values = {
    ...{ target: "kubernetes", size: "dev" },
    cluster: JSON.stringify({ kind: "minikube", kubeconfig: "/dev/null" }),
    mail: JSON.stringify({ host: "smtp.example.com", from: "todo@example.com" }),
    images: JSON.stringify({ from: "registry", registry: "registry.example", tag: "1" }),
    ...changes,
  };
  const config = Object.fromEntries(
    Object.entries(values).map(([key, value]) => [`todo-evolution:${key}`, value]),
  );
  const recorded = await record(
    async () => {
      const read = readConfig(config);
      if (read.target !== "kubernetes") throw new Error(read.target);
      await createKubernetesStack(read);
    },
    { config, outputs: (type) => (type === "host:index:Password" ? { value: "generated" } : {}) },
  );
  const inputs = recorded.map((resource) => resource.inputs);
  const sidecars = inputs
    .map(({ spec }) => spec?.template?.metadata?.annotations)
    .filter((annotations) => annotations?.["dapr.io/app-id"]);
  return { subscriptions: inputs.filter(({ kind }) => kind === "Subscription"), sidecars };
}

test("a stack with Dapr's own sidecar delivers one event at a time, and none in batches", async () => {
  const { subscriptions, sidecars } = await recordStack();
  expect(subscriptions.length).toBeGreaterThan(0);
  for (const { spec } of subscriptions) expect(spec).not.toHaveProperty("bulkSubscribe");
  expect(sidecars.length).toBeGreaterThan(0);
  for (const annotations of sidecars) {
    expect(annotations).not.toHaveProperty(["dapr.io/sidecar-image"]);
    expect(annotations).toMatchObject({ "dapr.io/app-max-concurrency": "1" });
  }
});

test("a stack that names a mended sidecar delivers in batches, by that one and at once", async () => {
  const mendedSidecar = "registry.example/daprd:1.16.5-mended";
  const { subscriptions, sidecars } = await recordStack({ mendedSidecar });
  const batched = subscriptions.filter(({ spec }) => spec.bulkSubscribe?.enabled);
  expect(batched.length).toBeGreaterThan(0);
  expect(sidecars.length).toBeGreaterThan(0);
  for (const annotations of sidecars) {
    expect(annotations).toMatchObject({ "dapr.io/sidecar-image": mendedSidecar });
    expect(annotations).not.toHaveProperty(["dapr.io/app-max-concurrency"]);
  }
});
