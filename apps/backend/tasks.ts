import { z } from "zod";
import type { TaskData } from "#apps/contracts/tasks.ts";
import {
  id,
  priority,
  recurrence,
  taskData,
  taskLimits,
  timestamp,
} from "#apps/contracts/tasks.ts";
import { parseRule, RuleError } from "#apps/kit/recurrence/rule.ts";
import { isTimeZone } from "#apps/kit/time-zone.ts";
import type { TaskRow } from "./schema.ts";

// PostgreSQL keeps no NUL, and half a surrogate pair is no character: both would come back changed.
export const storableText = z
  .string()
  .refine((value) => !value.includes("\0"), "may not contain the character U+0000")
  .refine((value) => value.isWellFormed(), "may not contain half of a surrogate pair");
const title = storableText.trim().min(1).max(taskLimits.titleLength);
const description = storableText.max(taskLimits.descriptionLength);
const tags = z.array(storableText.trim().min(1).max(taskLimits.tagLength)).max(taskLimits.tags);
// What a calendar of PostgreSQL and of JavaScript both hold.
const dueDate = timestamp.refine(
  (time) => time >= "1970" && time < "9999",
  "must lie between the years 1970 and 9998",
);

/** A recurrence as people write it; the series that it makes is ours. */
const recurring = z.strictObject({
  rule: recurrence.shape.rule
    .superRefine(checkRule)
    .describe("A rule of RFC 5545, as `FREQ=WEEKLY;BYDAY=MO,WE`"),
  time_zone: recurrence.shape.time_zone.refine(
    isTimeZone,
    "is no IANA time zone, as Europe/Berlin",
  ),
});

/** The body of a create request. */
export const newTask = z.strictObject({
  title,
  description: description.default(""),
  priority: priority.default("medium"),
  tags: tags.default([]),
  due_date: dueDate.nullable().default(null),
  recurring: recurring.nullable().default(null),
});

/** The body of an update: only what is named changes. */
export const taskPatch = z
  .strictObject({
    title,
    description,
    priority,
    tags,
    due_date: dueDate.nullable(),
    recurring: recurring.nullable(),
    completed: z.boolean(),
  })
  .partial()
  .refine((patch) => Object.keys(patch).length > 0, "name at least one field to change");

export type NewTask = z.infer<typeof newTask>;
export type TaskPatch = z.infer<typeof taskPatch>;

/** A task as the API shows it. */
export const task = z.strictObject({
  id,
  ...taskData.shape,
  version: z.int().min(1).describe("Grows by one with every change; the ETag"),
  created_at: timestamp,
  updated_at: timestamp,
});

/** A page of tasks. */
export const taskPage = z.strictObject({
  tasks: z.array(task),
  sequence: z.int().min(0).describe("The user's number of changes that the page reflects"),
  next: z.string().nullable().describe("The cursor of the page after"),
});

export type TaskView = z.infer<typeof task>;

/** A task as its events tell it. */
export const taskDataOf = (row: TaskRow): TaskData => ({
  title: row.title,
  description: row.description,
  completed: row.completed,
  priority: row.priority,
  tags: row.tags,
  due_date: row.dueDate?.toISOString() ?? null,
  recurring: row.recurring,
});

/** A row as the API shows it. */
export const taskView = (row: TaskRow): TaskView => ({
  id: row.id,
  ...taskDataOf(row),
  version: row.version,
  created_at: row.createdAt.toISOString(),
  updated_at: row.updatedAt.toISOString(),
});

/** What is wrong with a rule goes to its field, in the words of whoever reads it. */
function checkRule(text: string, context: z.RefinementCtx<string>): void {
  try {
    parseRule(text);
  } catch (error) {
    if (!(error instanceof RuleError)) throw error;
    context.addIssue({ code: "custom", message: error.message });
  }
}
