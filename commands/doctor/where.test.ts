import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { Refusal } from "#commands/run.ts";
import { whereIs, whereServicesAre } from "./where.ts";

const folder = mkdtempSync(join(tmpdir(), "todo-where-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Where a stack with this configuration stands, as commands ask that look at its services. */
const whereWith = (config: Record<string, unknown>, told = {}, find = whereServicesAre) => {
  const keys = Object.entries(config).map(([key, value]) => [`todo-evolution:${key}`, value]);
  const file = join(folder, "Pulumi.asked.yaml");
  writeFileSync(file, JSON.stringify({ config: Object.fromEntries(keys) }));
  return find("asked", told, folder);
};

test("a stack stands on this machine or in a cluster, as its configuration says", () => {
  expect(whereWith({ target: "local" })).toBe("local");
  const minikube = { target: "kubernetes", cluster: { kind: "minikube" } };
  expect(whereWith(minikube)).toEqual({
    ...{ namespace: "todo", kubeconfig: undefined, context: "minikube" },
  });
  const cluster = { kind: "existing", kubeconfig: "/k", context: "staging" };
  expect(whereWith({ target: "kubernetes", namespace: "other", cluster })).toEqual({
    ...{ namespace: "other", kubeconfig: "/k", context: "staging" },
  });
  expect(whereWith(minikube, { context: "mine", namespace: "theirs" })).toMatchObject({
    ...{ namespace: "theirs", context: "mine" },
  });
});

test("a cluster by itself is not taken for the local stack, and its own remedies are named", () => {
  const cluster = { target: "cluster", cluster: { kind: "gke" } };
  const ask = () => whereWith(cluster);
  expect(ask).toThrow(Refusal);
  expect(ask).toThrow("the stack asked is a cluster by itself");
  expect(ask).toThrow("npm run recover -- -s asked");
  // Which takes in what is in the state of such a stack as well.
  expect(whereWith(cluster, { kubeconfig: "/k" }, whereIs)).toMatchObject({ kubeconfig: "/k" });
});

test("a stack that says nothing of itself is no local one either", () => {
  expect(() => whereWith({ size: "dev" })).toThrow("pulumi config set target kubernetes -s asked");
  expect(() => whereIs("nowhere", {}, folder)).toThrow("there is no stack nowhere");
});

test("a cluster that is set as one text is found, one that is no map is refused with its file", () => {
  const cluster = JSON.stringify({ kind: "existing", kubeconfig: "/k", context: "staging" });
  expect(whereWith({ target: "kubernetes", cluster })).toMatchObject({
    ...{ kubeconfig: "/k", context: "staging" },
  });
  expect(() => whereWith({ target: "kubernetes", cluster: "gke" })).toThrow(
    "Pulumi.asked.yaml: todo-evolution:cluster is neither a map nor JSON: gke",
  );
});
