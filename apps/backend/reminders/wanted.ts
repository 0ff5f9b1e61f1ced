import { z } from "zod";
import { timestamp } from "#apps/contracts/tasks.ts";
import { isTimeZone } from "#apps/kit/time-zone.ts";
import type { ReminderRow } from "./tables.ts";
import { remindAtOf } from "./times.ts";

/** Of one task. */
export const mostReminders = 10;

const zone = z.string().max(64).refine(isTimeZone, "is not a time zone, as Europe/Berlin");
const exact = timestamp.refine((time) => time < "9999", "must lie before the year 9999");
const relative = {
  /** Where a day before is counted; by default that of the task's recurrence, or UTC. */
  time_zone: zone.optional(),
};

export const wantedReminder = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("1_hour_before"), ...relative }),
  z.strictObject({ type: z.literal("1_day_before"), ...relative }),
  z.strictObject({
    type: z.literal("custom"),
    remind_at: exact,
    time_zone: z.undefined().optional(),
  }),
]);

/** The body of `PUT /api/tasks/:id/reminders`: all reminders that the task is to have. */
export const wantedReminders = z.strictObject({
  reminders: z
    .array(wantedReminder)
    .max(mostReminders)
    .refine(
      (list) => new Set(list.map(keyOf)).size === list.length,
      "names a reminder more than once",
    ),
});

export type WantedReminder = z.infer<typeof wantedReminder>;

/** When a reminder of a task would be due; undefined for a relative one without a due date. */
export function timeOf(
  wanted: WantedReminder,
  { dueDate }: { readonly dueDate: Date | null },
  timeZone: string,
): Date | undefined {
  if (wanted.type === "custom") return new Date(wanted.remind_at);
  return dueDate ? remindAtOf(wanted.type, dueDate, timeZone) : undefined;
}

/** A reminder as the API shows it. */
export const reminderView = (row: ReminderRow) => ({
  id: row.id,
  type: row.type,
  remind_at: row.remindAt.toISOString(),
  time_zone: row.timeZone,
  status: row.status,
});

const keyOf = (wanted: WantedReminder): string =>
  wanted.type === "custom" ? new Date(wanted.remind_at).toISOString() : wanted.type;
