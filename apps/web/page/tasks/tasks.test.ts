import { describe, expect, test } from "vitest";
import type { Task, TaskPage, TaskQuery } from "../api/client.ts";
import { type Draft, faultsOf, fieldsOf, remindersOf } from "./draft.ts";
import { createTaskList } from "./list.ts";
import { filtersOf, fits, noFilters, queryOf, searchOf } from "./query.ts";
import { taskOfLine } from "./quick-add.ts";
import { type Repeat, repeatOf, repeatText, ruleOf } from "./recurrence.ts";

const task = (id: string, more: Partial<Task> = {}): Task => ({
  ...{ id, title: id, description: "", completed: false, priority: "medium", tags: [] },
  ...{ due_date: null, recurring: null, version: 1, created_at: "", updated_at: "", ...more },
});

describe("a recurrence", () => {
  test.each<[Repeat, string | undefined, string]>([
    [{ kind: "daily", every: 1 }, "FREQ=DAILY", "every day"],
    [{ kind: "weekly", every: 2 }, "FREQ=WEEKLY;INTERVAL=2", "every 2 weeks"],
    [{ kind: "monthly", every: 3 }, "FREQ=MONTHLY;INTERVAL=3", "every 3 months"],
    [{ kind: "weekdays" }, "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "every weekday"],
    [{ kind: "own", rule: "FREQ=WEEKLY;BYDAY=MO" }, "FREQ=WEEKLY;BYDAY=MO", "freq=weekly;byday=mo"],
  ])("of the form is a rule, and the rule that form: %j", (repeat, rule, text) => {
    expect(ruleOf(repeat)).toBe(rule);
    expect(repeatOf(rule)).toEqual(repeat);
    expect(repeatText(rule ?? "")).toBe(text);
  });
});

describe("filters", () => {
  test("stand in the address, and come back from it", () => {
    const filters = { ...noFilters, status: "all", tag: "a&b", q: "x y", sort: "due" } as const;
    expect(filtersOf(searchOf(filters))).toEqual(filters);
    expect(searchOf(noFilters)).toBe("");
    expect(filtersOf("?status=strange&due=never&sort=colour")).toEqual(noFilters);
  });

  test("are days of the person's calendar when the API is asked", () => {
    const now = new Date(2026, 4, 10, 15);
    const query = queryOf({ ...noFilters, due: "today", priority: "high" }, now);
    expect(query).toEqual({
      ...{ sort: "-created", status: "open", priority: ["high"] },
      due_from: new Date(2026, 4, 10).toISOString(),
      due_before: new Date(2026, 4, 11).toISOString(),
    });
  });

  test("are kept by what waits to be sent as well", () => {
    const now = new Date(2026, 4, 10, 15);
    const today = task("a", { due_date: new Date(2026, 4, 10, 18).toISOString() });
    expect(fits(today, { ...noFilters, due: "today" }, now)).toBe(true);
    expect(fits(today, { ...noFilters, due: "overdue" }, now)).toBe(false);
    expect(fits(task("a"), { ...noFilters, due: "today" }, now)).toBe(false);
    expect(fits(task("a", { completed: true }), noFilters, now)).toBe(false);
    expect(fits(task("a", { tags: ["x"] }), { ...noFilters, tag: "x" }, now)).toBe(true);
  });
});

test.each([
  ["Buy milk #shop !high", { title: "Buy milk", tags: ["shop"], priority: "high" }],
  ["#1 is no problem", { title: "is no problem", tags: ["1"] }],
  ["C# and #a #a", { title: "C# and", tags: ["a"], priority: "medium" }],
])("the line %s makes a task", (line, expected) => {
  expect(taskOfLine(line)).toMatchObject(expected);
});

test("a line of nothing but tags makes none", () => {
  expect(taskOfLine(" #shop !high ")).toBeUndefined();
});

describe("a form", () => {
  const draft: Draft = {
    ...{ title: "a", description: "", priority: "low", tags: [], due: "", timeZone: "UTC" },
    ...{ repeat: { kind: "never" }, hourBefore: false, dayBefore: false, times: [] },
  };
  const now = new Date("2026-05-10T12:00:00Z");

  test("says what is to be mended", () => {
    expect(faultsOf(draft, now)).toEqual({});
    expect(faultsOf({ ...draft, title: " " }, now)).toHaveProperty("title");
    expect(faultsOf({ ...draft, hourBefore: true }, now)).toHaveProperty("due");
    expect(faultsOf({ ...draft, repeat: { kind: "weekdays" } }, now)).toHaveProperty("due");
    const past = { ...draft, due: "2026-06-01T09:00", times: ["2026-05-01T09:00"] };
    expect(faultsOf(past, now)).toHaveProperty("times");
    const twice = { ...past, times: ["2026-05-20T09:00", "2026-05-20T09:00"] };
    expect(faultsOf(twice, now)).toHaveProperty("times");
  });

  test("leaves a due date that was not touched as it is, to the second", () => {
    const before = task("a", { due_date: "2026-06-01T09:00:30.000Z" });
    const shown = new Date("2026-06-01T09:00:30.000Z");
    const local = new Date(shown.getTime() - shown.getTimezoneOffset() * 60_000);
    const due = local.toISOString().slice(0, 16);
    expect(fieldsOf({ ...draft, due }, before).due_date).toBe(before.due_date);
  });

  test("names the reminders that the task is to have", () => {
    const given = { ...draft, hourBefore: true, dayBefore: true, times: ["2026-06-01T09:00"] };
    expect(remindersOf(given).map(({ type }) => type)).toEqual([
      ...["1_hour_before", "1_day_before", "custom"],
    ]);
  });
});

describe("the list", () => {
  const pages = (all: Task[], size: number) => (query: TaskQuery) => {
    const from = Number(query.cursor ?? 0);
    const limit = Math.min(Number(query.limit), size);
    const next = from + limit < all.length ? String(from + limit) : null;
    const page: TaskPage = { tasks: all.slice(from, from + limit), sequence: 7, next };
    return Promise.resolve(page);
  };

  test("is read by pages, and again as far as it was read", async () => {
    const all = Array.from({ length: 120 }, (_, index) => task(String(index)));
    const list = createTaskList(() => {}, pages(all, 50));
    await list.show({});
    expect(list.store.get().tasks).toHaveLength(50);
    await list.more();
    all.unshift(task("new"));
    await list.refresh();
    expect(list.store.get().tasks.length).toBeGreaterThanOrEqual(100);
    expect(list.store.get().tasks[0]?.id).toBe("new");
  });

  test("tells the sequence of its first page, from which changes go on", async () => {
    const told: number[] = [];
    const list = createTaskList((sequence) => told.push(sequence), pages([], 50));
    await list.show({});
    expect(told).toEqual([7]);
  });

  test("learns of a task, but nothing from an older version", async () => {
    const list = createTaskList(() => {}, pages([task("a", { version: 5 })], 50));
    await list.show({});
    list.know({ id: "a", version: 4, title: "old" });
    expect(list.store.get().tasks[0]?.title).toBe("a");
    list.know({ id: "a", version: 6, title: "new" });
    expect(list.store.get().tasks[0]?.title).toBe("new");
  });

  test("keeps what it has when it cannot be read again, and says why", async () => {
    let fails = false;
    const read = pages([task("a")], 50);
    const list = createTaskList(
      () => {},
      (query) => (fails ? Promise.reject(new Error("away")) : read(query)),
    );
    await list.show({});
    fails = true;
    await list.refresh();
    expect(list.store.get()).toMatchObject({ state: "failed", reason: "away" });
    expect(list.store.get().tasks).toHaveLength(1);
  });
});
