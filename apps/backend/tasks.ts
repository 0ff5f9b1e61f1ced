import { z } from "zod";
import type { TaskData } from "#apps/contracts/tasks.ts";
import { priority, taskLimits, timestamp } from "#apps/contracts/tasks.ts";
import type { TaskRow } from "./schema.ts";

// PostgreSQL keeps no NUL, and half a surrogate pair is no character: both would come back changed.
const text = z
  .string()
  .refine((value) => !value.includes("\0"), "may not contain the character U+0000")
  .refine((value) => value.isWellFormed(), "may not contain half of a surrogate pair");
const title = text.trim().min(1).max(taskLimits.titleLength);
const description = text.max(taskLimits.descriptionLength);
const tags = z.array(text.trim().min(1).max(taskLimits.tagLength)).max(taskLimits.tags);
// What a calendar of PostgreSQL and of JavaScript both hold.
const dueDate = timestamp.refine(
  (time) => time >= "1970" && time < "9999",
  "must lie between the years 1970 and 9998",
);

/** The body of a create request. */
export const newTask = z.strictObject({
  title,
  description: description.default(""),
  priority: priority.default("medium"),
  tags: tags.default([]),
  due_date: dueDate.nullable().default(null),
});

/** The body of an update: only what is named changes. */
export const taskPatch = z
  .strictObject({ title, description, priority, tags, due_date: dueDate.nullable() })
  .partial()
  .refine((patch) => Object.keys(patch).length > 0, "name at least one field to change");

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
