import { describe, expect, test } from "vitest";
import { type ActivityRow, check, deviationsOf, type Evidence } from "./check.ts";

const row = (position: number, userId: string, sequence: number): ActivityRow => ({
  ...{ position, userId, sequence, taskId: `${userId}${sequence}` },
  ...{ kind: "task", seriesId: null, eventType: "created", source: "api" },
});

// Two users whose entries lie between each other: only the order of each one counts.
const activity = [row(1, "a", 1), row(2, "b", 1), row(5, "a", 2), row(7, "b", 2), row(8, "a", 3)];

const good: Evidence = {
  acknowledged: activity.map(({ userId, taskId }) => ({
    ...{ userId, taskId: taskId ?? "", eventType: "created" },
  })),
  consequences: [],
  effects: [],
  told: [],
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
  });

  test("goes by position and not by the order of the rows it is given", () => {
    expect(deviationsOf(check({ ...good, activity: activity.toReversed() }))).toEqual([]);
  });

  test.for<[name: string, change: Partial<Evidence>, deviations: string[]]>([
    [
      "an entry missing in the middle",
      { activity: without(5) },
      ["missing: a/a2 created", "gap: a task: 2"],
    ],
    ["an entry missing at the end", { activity: without(8) }, ["missing: a/a3 created"]],
    ["a task with two entries", { activity: twice }, ["duplicate: a/a1 created at 9"]],
    [
      "an entry nobody was promised",
      { activity: stranger },
      ["unexpected: task b/b3 created sequence 3 at 9"],
    ],
    [
      "entries in the wrong order",
      { activity: swapped },
      ["out of order: task a/a2 created sequence 2 at 9"],
    ],
    [
      "a sequence used twice",
      { activity: [...without(8), { ...row(8, "a", 2), taskId: "a3" }] },
      ["out of order: task a/a3 created sequence 2 at 8"],
    ],
    [
      "an entry under another user",
      { activity: [...without(2), { ...row(2, "c", 1), taskId: "b1" }] },
      ["missing: b/b1 created", "unexpected: task c/b1 created sequence 1 at 2", "gap: b task: 1"],
    ],
    [
      "a change that was not told",
      { told: [{ userId: "a", sequences: [1, 3], resyncs: 0 }] },
      ["missing: told a 2"],
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
      "task b/b4 created sequence 4 at 10",
    ]);
    expect(check({ ...good, activity: stranger, unresolved: ["a"] }).unexpected).toHaveLength(1);
  });

  test("does not count what is no creation as an entry of the task", () => {
    const updates = activity.map((one) => ({ ...one, eventType: "updated" }));
    const findings = check({ ...good, activity: updates });
    expect(findings.missing).toHaveLength(5);
  });

  test("takes the completion of a task for a change of its own", () => {
    const done = { ...row(9, "a", 4), taskId: "a1", eventType: "completed" };
    const promise = { userId: "a", taskId: "a1", eventType: "completed" } as const;
    const acknowledged = [...good.acknowledged, promise];
    const all = { ...good, acknowledged, activity: [...activity, done] };
    expect(deviationsOf(check(all))).toEqual([]);
    expect(check({ ...all, activity }).missing).toEqual(["a/a1 completed"]);
  });

  test("expects the next of a series that was completed, and of no other", () => {
    const next = { ...row(9, "a", 4), seriesId: "s", source: "recurring" };
    const consequences = [{ userId: "a", of: "series", key: "s" }] as const;
    const withNext = { ...good, activity: [...activity, next] };
    expect(check({ ...withNext, consequences }).unexpected).toEqual([]);
    expect(check(withNext).unexpected).toEqual(["task a/a4 created sequence 4 at 9"]);
  });

  test("follows each kind of a user's entries by itself", () => {
    const told = { ...row(9, "a", 1), kind: "notification", taskId: null };
    expect(deviationsOf(check({ ...good, activity: [...activity, told] }))).toEqual([]);
    const late = { ...told, sequence: 2 };
    expect(check({ ...good, activity: [...activity, late] }).gaps).toEqual(["a notification: 1"]);
  });
});
