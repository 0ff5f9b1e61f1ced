import { expect, test } from "vitest";
import { type Consequence, consequenceOf } from "./plan.ts";
import type { ReminderStatus, ReminderType } from "./tables.ts";

const now = new Date("2026-06-10T12:00:00Z");
const at = (hours: number) => new Date(now.getTime() + hours * 3_600_000);
const reminder = (status: ReminderStatus, hours: number, type: ReminderType = "1_hour_before") => ({
  ...{ type, status, remindAt: at(hours), timeZone: "UTC" },
});
const open = (dueInHours: number | null) => ({
  completed: false,
  dueDate: dueInHours === null ? null : at(dueInHours),
});
const done = { completed: true, dueDate: at(6) };
const set = (status: "pending" | "cancelled", hours: number): Consequence => ({
  do: "set",
  status,
  remindAt: at(hours),
});
const nothing: Consequence = { do: "nothing" };

test.each<[string, ReturnType<typeof reminder>, Parameters<typeof consequenceOf>[1], Consequence]>([
  ["a change of the title alone", reminder("pending", 5), open(6), nothing],
  ["a later due date moves it", reminder("pending", 5), open(8), set("pending", 7)],
  ["an earlier one too", reminder("pending", 5), open(3), set("pending", 2)],
  [
    "so near that its time has passed: it fires at once",
    reminder("pending", 5),
    open(0.5),
    set("pending", -0.5),
  ],
  ["a due date in the past cancels it", reminder("pending", 5), open(-1), set("cancelled", -2)],
  ["no due date any more cancels it", reminder("pending", 5), open(null), set("cancelled", 5)],
  ["completing cancels it", reminder("pending", 5), done, set("cancelled", 5)],
  ["completing does not touch one that fired", reminder("fired", -1), done, nothing],
  ["open again brings it back", reminder("cancelled", 5), open(6), set("pending", 5)],
  ["open again too late does not", reminder("cancelled", -1), open(0), nothing],
  [
    "a due date again brings it back, at the new time",
    reminder("cancelled", 5),
    open(9),
    set("pending", 8),
  ],
  ["an exact time stays where it is", reminder("pending", 2, "custom"), open(9), nothing],
  [
    "an exact time goes with the due date",
    reminder("pending", 2, "custom"),
    open(null),
    set("cancelled", 2),
  ],
  ["one that is about to fire is left to", reminder("pending", -0.01, "custom"), open(-1), nothing],
  [
    "one that was sent is replaced at a later time",
    reminder("sent", -1),
    open(9),
    { do: "replace", remindAt: at(8) },
  ],
  [
    "one that was sent stays sent when the new time has passed",
    reminder("sent", -1),
    open(0.5),
    nothing,
  ],
])("%s", (_, row, task, expected) => {
  expect(consequenceOf(row, task, now)).toEqual(expected);
});
