import { z } from "zod";
import { id, taskData, timestamp } from "./tasks.ts";

/** What `recurring` asks of `backend`: the next task of a series, after one that was completed. */
export const nextInSeries = z.object({
  user_id: id,
  /** The task that was completed, and by what request. */
  task_id: id,
  correlation_id: z.string().max(200),
  /** How many tasks the series has in all, where its rule says so. */
  most: z.int().positive().nullable(),
  /** The new task, due at its time. */
  task: taskData.extend({ due_date: timestamp, recurring: taskData.shape.recurring.unwrap() }),
});

export type NextInSeries = z.infer<typeof nextInSeries>;

/** The answer: the task that is next, made now or before; null where the series has ended. */
export const nextTask = z.object({
  task_id: id.nullable(),
  occurrence: z.int().positive(),
  created: z.boolean(),
});

export type NextTask = z.infer<typeof nextTask>;
