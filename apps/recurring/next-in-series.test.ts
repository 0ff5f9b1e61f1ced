import { expect, test } from "vitest";
import type { EventOf } from "#apps/contracts/events.ts";
import { nextInSeries } from "#apps/contracts/occurrences.ts";
import { RuleError } from "#apps/kit/recurrence/rule.ts";
import { samples, uuidOf } from "#apps/kit/testing/samples.ts";
import { nextInSeriesOf } from "./next-in-series.ts";

const recurring = { rule: "FREQ=DAILY", time_zone: "Europe/Berlin", series_id: uuidOf(7) };
const sample = samples["task-events"];

const eventOf = (
  changes: Partial<EventOf<"task-events">>,
  task: Partial<EventOf<"task-events">["task_data"]> = {},
): EventOf<"task-events"> => ({
  ...sample,
  event_id: uuidOf(1),
  timestamp: "2026-01-30T09:00:00.000Z",
  event_type: "completed",
  ...changes,
  task_data: { ...sample.task_data, completed: true, recurring, ...task },
});

test("a completed recurring task is followed by an open one like it, due at the next time", () => {
  const next = nextInSeriesOf(eventOf({}, { due_date: "2026-03-28T08:00:00.000Z" }));
  expect(nextInSeries.parse(next)).toEqual({
    user_id: sample.user_id,
    task_id: sample.task_id,
    correlation_id: "a request",
    most: null,
    task: {
      ...sample.task_data,
      completed: false,
      due_date: "2026-03-29T07:00:00.000Z",
      recurring,
    },
  });
});

test("the bound of a series is handed on", () => {
  const rule = "FREQ=DAILY;COUNT=3";
  expect(nextInSeriesOf(eventOf({}, { recurring: { ...recurring, rule } }))?.most).toBe(3);
});

test.for([
  ["created", eventOf({ event_type: "created" })],
  ["updated", eventOf({ event_type: "updated" })],
  ["deleted", eventOf({ event_type: "deleted" })],
  ["completed, but does not recur", eventOf({}, { recurring: null })],
  ["completed, but has no due date", eventOf({}, { due_date: null })],
  [
    "completed, the last of its series",
    eventOf({}, { recurring: { ...recurring, rule: "FREQ=DAILY;UNTIL=20260131" } }),
  ],
] as const)("a task that was %s is followed by none", ([, event]) => {
  expect(nextInSeriesOf(event)).toBeUndefined();
});

test("a rule that is none is an error, which sets the event aside", () => {
  const event = eventOf({}, { recurring: { ...recurring, rule: "FREQ=NEVER" } });
  expect(() => nextInSeriesOf(event)).toThrow(RuleError);
});
