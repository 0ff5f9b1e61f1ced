import { describe, expect, test } from "vitest";
import { type ActivityRow, check, deviationsOf, type Evidence } from "./check.ts";

const row = (position: number, userId: string, sequence: number): ActivityRow => ({
  position,
  userId,
  sequence,
  taskId: `${userId}${sequence}`,
  eventType: "created",
});

// Two users whose entries lie between each other: only the order of each one counts.
const activity = [row(1, "a", 1), row(2, "b", 1), row(5, "a", 2), row(7, "b", 2), row(8, "a", 3)];

const good: Evidence = {
  acknowledged: activity.map(({ userId, taskId }) => ({ userId, taskId })),
  unresolved: [],
  refused: [],
  activity,
  deadLetters: 0,
  waiting: 0,
};

const without = (position: number) => activity.filter((one) => one.position !== position);
const swapped = [...without(5), { ...row(9, "a", 2) }];
const twice = [...activity, { ...row(9, "a", 4), taskId: "a1" }];
const stranger = [...activity, row(9, "b", 3)];

describe("the check of a fault", () => {
  test("finds nothing when every acknowledged task has one entry in order", () => {
    expect(deviationsOf(check(good))).toEqual([]);
    expect(check(good).created).toBe(5);
  });

  test("goes by position and not by the order of the rows it is given", () => {
    expect(deviationsOf(check({ ...good, activity: activity.toReversed() }))).toEqual([]);
  });

  test.for<[name: string, change: Partial<Evidence>, deviations: string[]]>([
    ["an entry missing in the middle", { activity: without(5) }, ["missing: a2", "gap: a: 2"]],
    ["an entry missing at the end", { activity: without(8) }, ["missing: a3"]],
    ["a task with two entries", { activity: twice }, ["duplicate: a/a1 at 9"]],
    ["an entry nobody was promised", { activity: stranger }, ["unexpected: b/b3 sequence 3 at 9"]],
    ["entries in the wrong order", { activity: swapped }, ["out of order: a/a2 sequence 2 at 9"]],
    [
      "a sequence used twice",
      { activity: [...without(8), { ...row(8, "a", 2), taskId: "a3" }] },
      ["out of order: a/a3 sequence 2 at 8"],
    ],
    [
      "an entry under another user",
      { activity: [...without(2), { ...row(2, "c", 1), taskId: "b1" }] },
      ["missing: b1", "unexpected: c/b1 sequence 1 at 2", "gap: b: 1"],
    ],
    ["dead letters", { deadLetters: 2 }, ["2 dead letters"]],
    [
      "no word of dead letters",
      { deadLetters: undefined },
      ["the dead letters could not be counted"],
    ],
    ["events that wait", { waiting: 3 }, ["3 events still wait in the outbox"]],
    ["no word of the outbox", { waiting: undefined }, ["the outbox could not be read"]],
    ["a refused request", { refused: ["401"] }, ["refused: 401"]],
    ["a request without an answer", { unresolved: ["b"] }, ["a request of b was never answered"]],
    [
      "no acknowledgement at all",
      { acknowledged: [], activity: [] },
      ["nothing was acknowledged, so nothing is shown"],
    ],
  ])("finds %s", ([, change, deviations]) => {
    expect(deviationsOf(check({ ...good, ...change }))).toEqual(deviations);
  });

  test("excuses one entry of a user for each of their requests without an answer", () => {
    const more = [...stranger, row(10, "b", 4)];
    expect(check({ ...good, activity: more, unresolved: ["b"] }).unexpected).toEqual([
      "b/b4 sequence 4 at 10",
    ]);
    expect(check({ ...good, activity: stranger, unresolved: ["a"] }).unexpected).toHaveLength(1);
  });

  test("does not count what is no creation as an entry of the task", () => {
    const updates = activity.map((one) => ({ ...one, eventType: "updated" }));
    const findings = check({ ...good, activity: updates });
    expect(findings.created).toBe(0);
    expect(findings.missing).toHaveLength(5);
  });
});
