import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type ContractsSnapshot, contractChanges } from "./contract-changes.ts";
import { contractsAt, contractsIn } from "./contracts-at.ts";

const clone = join(import.meta.dirname, "..", "..");
const schema = (...required: string[]) => ({
  type: "object",
  properties: Object.fromEntries(["id", ...required].map((name) => [name, { type: "string" }])),
  required: ["id", ...required],
});
const topic = { partitions: { dev: 3, prod: 12 }, retentionMs: 7_200_000, carries: "orders" };
const before: ContractsSnapshot = {
  services: ["shop"],
  topics: { orders: topic },
  released: { "orders.v1.json": schema("total") },
  current: [{ topic: "orders", version: 1, schema: schema("total") }],
};

describe("the contracts of a change", () => {
  test("the same are compatible", () => {
    expect(contractChanges(before, before)).toEqual({
      ...{ incompatible: [], extended: [], shrinking: [], added: [], removed: [] },
    });
  });

  test("a lost field breaks, also when the released copy was rewritten with it", () => {
    const after = {
      ...before,
      released: { "orders.v1.json": schema() },
      current: [{ topic: "orders", version: 1, schema: schema() }],
    };
    expect(contractChanges(before, after).incompatible).toEqual([
      "orders.v1.json: total: removed, but consumers may read it",
    ]);
  });

  test("a new version is an addition, though it has lost a field", () => {
    const after = { ...before, current: [{ topic: "orders", version: 2, schema: schema() }] };
    const changes = contractChanges(before, after);
    expect(changes.incompatible).toEqual([]);
    expect(changes.extended).toEqual(["orders.v2.json"]);
  });

  test("fewer partitions of one size and a shorter retention are told", () => {
    const orders = { ...topic, partitions: { dev: 6, prod: 6 }, retentionMs: 3_600_000 };
    expect(contractChanges(before, { ...before, topics: { orders } }).shrinking).toEqual([
      "orders: partitions (prod) from 12 to 6",
      "orders: kept for 1 h instead of 2 h",
    ]);
  });

  test("a topic that goes breaks those who read it; new ones are named", () => {
    const after = {
      ...{ services: ["shop", "till"], topics: { bills: topic } },
      ...{ released: before.released, current: [] },
    };
    const changes = contractChanges(before, after);
    expect(changes.incompatible).toEqual([expect.stringMatching(/^orders: the topic is removed/)]);
    expect(changes.added).toEqual(["topic bills", "service till"]);
    expect(changes.removed).toEqual(["topic orders"]);
  });
});

describe("the contracts of a commit", () => {
  test("are read from git, and are those of the disk where nothing was changed", async () => {
    const [there, here] = [await contractsAt(clone, "HEAD"), await contractsIn(clone)];
    expect(Object.keys(there.topics)).toContain("task-events");
    expect(there.services).toContain("backend");
    expect(Object.keys(there.released)).toEqual(Object.keys(here.released));
  });

  test.each(["no-such-branch", "--output=x"])("%s is refused", async (commit) => {
    await expect(contractsAt(clone, commit)).rejects.toThrow(/--base/);
  });
});
