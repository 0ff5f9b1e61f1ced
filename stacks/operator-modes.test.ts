import { expect, test } from "vitest";
import { readConfig } from "./config.ts";
import { missingOperators, operatorModes } from "./operator-modes.ts";

function kubernetes(values: Readonly<Record<string, unknown>>) {
  const text = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));
  const all = { target: "kubernetes", size: "dev", cluster: { kind: "minikube" }, ...values };
  const config = readConfig(
    Object.fromEntries(
      Object.entries(all).map(([key, value]) => [`todo-evolution:${key}`, text(value)]),
    ),
  );
  if (config.target !== "kubernetes") throw new Error("not on Kubernetes");
  return config;
}

test("a stack of its own brings what its engines need and nothing else", () => {
  expect(operatorModes(kubernetes({}), [])).toEqual({
    dapr: "install",
    keda: "install",
    strimzi: "install",
    "redpanda-operator": "none",
    "cloudnative-pg": "install",
    "cert-manager": "install",
    "envoy-gateway": "install",
    "external-secrets": "none",
  });
});

test("on a shared platform nothing is installed", () => {
  const modes = operatorModes(kubernetes({ platform: { mode: "shared" } }), []);
  expect(Object.values(modes)).not.toContain("install");
});

test("what the cloud offers is reused, and the configuration comes first", () => {
  const config = kubernetes({ platform: { operators: { keda: "none" } } });
  const modes = operatorModes(config, ["cert-manager", "keda"]);
  expect(modes["cert-manager"]).toBe("reuse");
  expect(modes.keda).toBe("none");
});

test("an operator that is ruled out and needed is named with the remedy", () => {
  const config = kubernetes({ platform: { operators: { strimzi: "none", keda: "none" } } });
  const missing = missingOperators(config, operatorModes(config, []));
  expect(missing).toHaveLength(1);
  expect(missing[0]).toContain("config set --path platform.operators.strimzi install");
});
