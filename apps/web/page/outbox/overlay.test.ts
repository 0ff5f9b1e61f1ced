import { describe, expect, test } from "vitest";
import type { Task } from "../api/client.ts";
import { contradictions, patchOf } from "./merge.ts";
import type { Operation, Work } from "./operation.ts";
import { overlay } from "./overlay.ts";

const task = (id: string, more: Partial<Task> = {}): Task => ({
  ...{ id, title: id, description: "", completed: false, priority: "medium", tags: [] },
  ...{ due_date: null, recurring: null, version: 1, created_at: "", updated_at: "", ...more },
});

const operation = (taskId: string, work: Work): Operation => ({
  ...{ key: taskId, userId: "ada", taskId, title: "", work, version: undefined },
  ...{ notBefore: undefined, theirs: undefined, madeAt: 0 },
});

describe("the list as it will be", () => {
  test.each<[string, Operation[], [string, boolean, boolean][]]>([
    [
      "nothing that waits",
      [],
      [
        ["a", false, false],
        ["b", false, false],
      ],
    ],
    [
      "one completed",
      [operation("a", { kind: "complete" })],
      [
        ["a", true, true],
        ["b", false, false],
      ],
    ],
    ["one deleted", [operation("a", { kind: "delete", task: task("a") })], [["b", false, false]]],
    [
      "one made and completed",
      [
        operation("local-1", { kind: "create", task: { title: "New" } }),
        operation("local-1", { kind: "complete" }),
      ],
      [
        ["New", true, true],
        ["a", false, false],
        ["b", false, false],
      ],
    ],
    [
      "one changed",
      [operation("b", { kind: "update", patch: { title: "c" }, base: { title: "b" } })],
      [
        ["a", false, false],
        ["c", false, true],
      ],
    ],
    [
      "one that is not of the list",
      [operation("z", { kind: "complete" })],
      [
        ["a", false, false],
        ["b", false, false],
      ],
    ],
  ])("with %s", (_, operations, expected) => {
    const seen = overlay([task("a"), task("b")], operations);
    expect(seen.map(({ title, completed, pending }) => [title, completed, pending])).toEqual(
      expected,
    );
  });
});

test("a task that is there before the answer to its making is seen once, with what waits for it", () => {
  const operations = [
    operation("local-1", { kind: "create", task: { title: "New" } }),
    operation("local-1", { kind: "complete" }),
  ];
  const arrived = task("new", { title: "New", created_at: new Date(1_000).toISOString() });
  const seen = overlay([arrived, task("a")], operations);
  expect(seen.map(({ id, completed }) => [id, completed])).toEqual([
    ["new", true],
    ["a", false],
  ]);
  const before = task("old", { title: "New", created_at: new Date(-1_000_000).toISOString() });
  expect(overlay([before], operations)).toHaveLength(2);
});

describe("a change of what was changed elsewhere", () => {
  const recurring = { rule: "FREQ=DAILY", time_zone: "UTC", series_id: "s" };
  test.each<[string, Parameters<typeof contradictions>, string[]]>([
    ["another field", [{ title: "b" }, { title: "a" }, task("a", { priority: "high" })], []],
    ["the same field", [{ title: "b" }, { title: "a" }, task("c")], ["title"]],
    ["the same field to the same", [{ title: "b" }, { title: "a" }, task("b")], []],
    ["tags alike", [{ tags: ["x"] }, { tags: [] }, task("a", { tags: ["y"] })], ["tags"]],
    [
      "a recurrence that only got its series",
      [
        { recurring: null },
        { recurring: { rule: "FREQ=DAILY", time_zone: "UTC" } },
        task("a", { recurring }),
      ],
      [],
    ],
  ])("of %s", (_, args, expected) => {
    expect(contradictions(...args)).toEqual(expected);
  });

  test("is only what differs", () => {
    const before = task("a", { recurring });
    const draft = { title: "b", description: "", completed: false, priority: "medium" as const };
    const rest = { tags: [], due_date: null, recurring: { rule: "FREQ=DAILY", time_zone: "UTC" } };
    expect(patchOf(before, { ...draft, ...rest })).toEqual({
      patch: { title: "b" },
      base: { title: "a" },
    });
    expect(patchOf(before, { ...draft, ...rest, title: "a" })).toBeUndefined();
  });
});
