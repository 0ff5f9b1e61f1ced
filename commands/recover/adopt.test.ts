import { expect, test } from "vitest";
import { adopt } from "./adopt.ts";

const urn = (name: string): string =>
  `urn:pulumi:dev::todo-evolution::kubernetes:v1:Secret::${name}`;
const resource = (name: string, more: object = {}) => ({ urn: urn(name), ...more });
const creating = (name: string, more: object = {}) => ({
  type: "creating",
  resource: resource(name, more),
});

const settled = (
  resources: readonly object[],
  operations: readonly object[],
  made: readonly string[],
) => {
  const state = { version: 3, deployment: { resources, pending_operations: operations } };
  const found = made.map((name) => ({ urn: urn(name), id: `todo/${name}` }));
  const { version, deployment } = JSON.parse(adopt(JSON.stringify(state), { made: found }));
  expect(version).toBe(3);
  return deployment as { resources: object[]; pending_operations: object[] };
};

test("what was made is a resource with its id, what was not is forgotten", () => {
  const operations = [
    creating("made", { inputs: { data: { key: "value" } }, custom: true }),
    creating("not-made"),
    { type: "updating", resource: resource("there") },
  ];
  expect(settled([resource("there")], operations, ["made"])).toEqual({
    resources: [
      {
        urn: urn("made"),
        id: "todo/made",
        custom: true,
        inputs: { data: { key: "value" } },
        outputs: { data: { key: "value" } },
      },
      resource("there"),
    ],
    pending_operations: [{ type: "updating", resource: resource("there") }],
  });
});

test("it comes after all that it refers to, also what was made in the same run", () => {
  const before = ["provider", "parent", "needed", "other"].map((name) => resource(name));
  const operations = [
    creating("first", { provider: `${urn("provider")}::an-id` }),
    creating("second", { parent: urn("parent"), dependencies: [urn("first"), urn("needed")] }),
  ];
  const { resources } = settled(before, operations, ["first", "second"]);
  expect(resources.map((it) => (it as { urn: string }).urn)).toEqual(
    ["provider", "first", "parent", "needed", "second", "other"].map(urn),
  );
});

test("what it replaces is still to be deleted, and comes after it", () => {
  const before = [resource("needed"), resource("secret", { id: "todo/old" })];
  const operations = [creating("secret", { dependencies: [urn("needed")] })];
  expect(settled(before, operations, ["secret"]).resources).toMatchObject([
    { urn: urn("needed") },
    { urn: urn("secret"), id: "todo/secret" },
    { urn: urn("secret"), id: "todo/old", delete: true },
  ]);
});

test("what it replaces is gone where it was deleted first", () => {
  const before = [resource("secret", { id: "todo/secret", pendingReplacement: true })];
  const { resources } = settled(before, [creating("secret")], ["secret"]);
  expect(resources).toMatchObject([{ id: "todo/secret" }]);
  expect(resources[0]).not.toHaveProperty("pendingReplacement");
});

test("a state without anything pending stays as it is", () => {
  const state = JSON.stringify({ deployment: { resources: [resource("there")], metadata: {} } });
  expect(JSON.parse(adopt(state, { made: [] })).deployment.resources).toEqual([resource("there")]);
});
