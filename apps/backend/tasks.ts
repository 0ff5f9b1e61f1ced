import { z } from "zod";
import type { TaskData } from "#apps/contracts/tasks.ts";
import { priority, taskLimits, timestamp } from "#apps/contracts/tasks.ts";
import type { TaskRow } from "./schema.ts";

const title = z.string().trim().min(1).max(taskLimits.titleLength);
const description = z.string().max(taskLimits.descriptionLength);
const tags = z.array(z.string().trim().min(1).max(taskLimits.tagLength)).max(taskLimits.tags);
// What a calendar of PostgreSQL and of JavaScript both hold.
const dueDate = timestamp.refine(
  (time) => time >= "1970" && time < "9999",
  "must lie between the years 1970 and 9998",
);
// PostgreSQL keeps no NUL in text: refused here, where it can be named.
const noNul = (value: unknown) => !JSON.stringify(value).includes("\\u0000");
const withoutNul = "may not contain the character U+0000";

/** The body of a create request. */
export const newTask = z
  .strictObject({
    title,
    description: description.default(""),
    priority: priority.default("medium"),
    tags: tags.default([]),
    due_date: dueDate.nullable().default(null),
  })
  .refine(noNul, withoutNul);

/** The body of an update: only what is named changes. */
export const taskPatch = z
  .strictObject({ title, description, priority, tags, due_date: dueDate.nullable() })
  .partial()
  .refine((patch) => Object.keys(patch).length > 0, "name at least one field to change")
  .refine(noNul, withoutNul);

export type NewTask = z.infer<typeof newTask>;
export type TaskPatch = z.infer<typeof taskPatch>;

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

/** A task as the API shows it. */
export const taskView = (row: TaskRow) => ({
  id: row.id,
  ...taskDataOf(row),
  version: row.version,
  created_at: row.createdAt.toISOString(),
  updated_at: row.updatedAt.toISOString(),
});

export type TaskView = ReturnType<typeof taskView>;
