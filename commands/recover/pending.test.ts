import { expect, test } from "vitest";
import type { ClusterApi } from "#commands/doctor/cluster-api.ts";
import { lookFor, type PendingCreate, pendingCreatesIn } from "./pending.ts";
import { type Engine, takeIn } from "./take-in.ts";

const objectOf = (kind: string, name: string, namespace?: string): PendingCreate => ({
  urn: `urn:pulumi:dev::todo-evolution::kubernetes:v1:${kind}::${name}`,
  type: `kubernetes:v1:${kind}`,
  inputs: {
    apiVersion: kind === "Deployment" ? "apps/v1" : "v1",
    kind,
    metadata: { name, ...(namespace && { namespace }) },
  },
});

const lists: Readonly<Record<string, object>> = {
  "/apis/apps/v1": { resources: [{ name: "deployments", kind: "Deployment" }] },
  "/api/v1": {
    resources: [
      { name: "namespaces/status", kind: "Namespace" },
      { name: "namespaces", kind: "Namespace" },
      { name: "secrets", kind: "Secret" },
    ],
  },
  "/apis/apps/v1/namespaces/todo/deployments/backend": {},
  "/api/v1/namespaces/todo": {},
};
const api: Pick<ClusterApi, "get"> = { get: async (path) => lists[path] };

test("only what was being made is looked at, not what was being changed or deleted", () => {
  const resource = objectOf("Secret", "token", "todo");
  const operations = ["creating", "updating", "deleting"].map((type) => ({ type, resource }));
  const state = JSON.stringify({ deployment: { pending_operations: operations } });
  expect(pendingCreatesIn(state)).toEqual([resource]);
  expect(pendingCreatesIn(JSON.stringify({ deployment: {} }))).toEqual([]);
});

test("an object that is there is taken by its id, one that is not is made again", async () => {
  const deployment = objectOf("Deployment", "backend", "todo");
  const namespace = objectOf("Namespace", "todo");
  const secret = objectOf("Secret", "token", "todo");
  const found = await lookFor([deployment, namespace, secret], api);
  expect(found).toEqual({
    made: [
      { urn: deployment.urn, id: "todo/backend" },
      { urn: namespace.urn, id: "todo" },
    ],
    missing: [secret.urn],
    unknown: [],
  });
});

test("what is no object, has no name yet, or is of a kind that is gone, is made again", async () => {
  const password = { ...objectOf("Password", "redis"), type: "host:index:Password" };
  const nameless = { ...objectOf("Secret", "x"), inputs: { apiVersion: "v1", kind: "Secret" } };
  const unknown = {
    ...objectOf("Widget", "w", "todo"),
    inputs: { apiVersion: "example/v1", kind: "Widget", metadata: { name: "w" } },
  };
  // The engine leaves inputs out where they are empty.
  const { inputs: _, ...empty } = { ...password, urn: "urn:pulumi:dev::x::host:index:Password::e" };
  const { made, missing } = await lookFor([password, nameless, unknown, empty], api);
  expect(made).toEqual([]);
  expect(missing).toHaveLength(4);
});

test("what is in a cloud is taken by what the operator found there, and nothing is guessed", async () => {
  const cloudOf = (name: string): PendingCreate => ({
    urn: `urn:pulumi:prod::todo-evolution::todo:clusters:Aks$azure-native:network:Subnet::${name}`,
    type: "azure-native:network:Subnet",
    inputs: {},
  });
  const pending = ["there", "away", "untold"].map(cloudOf);
  const told = {
    made: new Map([["Subnet there", "/subscriptions/1/there"]]),
    notMade: new Set(["Subnet away"]),
  };
  expect(await lookFor(pending, api, told)).toEqual({
    made: [{ urn: pending[0]?.urn, id: "/subscriptions/1/there" }],
    missing: [pending[1]?.urn],
    unknown: [pending[2]?.urn],
  });
});

test("nothing is changed while something of a cloud is not told of, or is told of in vain", async () => {
  const resource = {
    urn: "urn:pulumi:prod::todo-evolution::oci:Core/vcn:Vcn::todo",
    type: "oci:Core/vcn:Vcn",
    inputs: {},
  };
  const calls: string[] = [];
  const engine: Engine = {
    state: async () =>
      JSON.stringify({
        deployment: { resources: [], pending_operations: [{ type: "creating", resource }] },
      }),
    replaceState: async () => calls.push("replace"),
    refresh: async () => calls.push("refresh"),
  };
  await expect(takeIn(engine, api)).rejects.toThrow('--made "Vcn todo=<id>"');
  const told = { made: new Map([["Vcn tod", "ocid1"]]), notMade: new Set<string>() };
  await expect(takeIn(engine, api, { told })).rejects.toThrow(
    '"Vcn tod" was not being made: Vcn todo',
  );
  expect(calls).toEqual([]);
  await takeIn(engine, api, {
    told: { made: new Map([["Vcn todo", "ocid1"]]), notMade: new Set() },
  });
  expect(calls).toEqual(["replace", "refresh"]);
});
