import { z } from "zod";

/** Bounds of what a person may write; longer input is refused with a 4xx that names the field. */
export const taskLimits = {
  titleLength: 200,
  descriptionLength: 5_000,
  tags: 20,
  tagLength: 50,
} as const;

export const priority = z.enum(["low", "medium", "high"]);

export const id = z.uuid();

/** RFC 3339 in UTC, as `2026-01-31T09:00:00.000Z`. */
export const timestamp = z.iso.datetime();

/** A recurrence: an RFC 5545 rule, the time zone it is read in, and the series it makes. */
export const recurrence = z.object({
  rule: z.string().min(1).max(500),
  time_zone: z.string().min(1).max(64),
  series_id: id,
});

/** What a task is, as its events tell it. */
export const taskData = z.object({
  title: z.string(),
  description: z.string(),
  completed: z.boolean(),
  priority,
  tags: z.array(z.string()),
  due_date: timestamp.nullable(),
  recurring: recurrence.nullable(),
});

export type TaskData = z.infer<typeof taskData>;
export type Priority = z.infer<typeof priority>;
