import { and, eq } from "drizzle-orm";
import { uuidv7 } from "uuidv7";
import type { NextInSeries, NextTask } from "#apps/contracts/occurrences.ts";
import type { Database } from "#apps/kit/database/connect.ts";
import type { Actor } from "../change-record.ts";
import { occurrences } from "../schema.ts";
import type { TaskStore } from "../store.ts";

/**
 * Makes the next task of a series, or tells which one it is when it was made before. An occurrence
 * has a number in its series, and its row outlives the task: made once, it is never made again,
 * though it was deleted meanwhile.
 */
export async function makeNext(
  tx: Database,
  store: Pick<TaskStore, "createInSeries">,
  actor: Actor,
  { task_id: completedId, most, task }: NextInSeries,
): Promise<NextTask> {
  const seriesId = task.recurring.series_id;
  const inSeries = eq(occurrences.seriesId, seriesId);
  const [completed] = await tx
    .select({ occurrence: occurrences.occurrence })
    .from(occurrences)
    .where(and(inSeries, eq(occurrences.taskId, completedId)));
  const occurrence = (completed?.occurrence ?? 1) + 1;
  if (most !== null && occurrence > most) return { task_id: null, occurrence, created: false };

  const id = uuidv7();
  const taken = await tx
    .insert(occurrences)
    .values({ seriesId, occurrence, userId: actor.userId, taskId: id, createdAt: new Date() })
    .onConflictDoNothing({ target: [occurrences.seriesId, occurrences.occurrence] })
    .returning({ taskId: occurrences.taskId });
  if (taken.length === 0) {
    const [made] = await tx
      .select({ taskId: occurrences.taskId })
      .from(occurrences)
      .where(and(inSeries, eq(occurrences.occurrence, occurrence)));
    return { task_id: made?.taskId ?? null, occurrence, created: false };
  }
  const { title, description, priority, tags, due_date, recurring } = task;
  const dueDate = new Date(due_date);
  const values = { id, title, description, priority, tags, dueDate, recurring };
  await store.createInSeries(tx, actor, values);
  return { task_id: id, occurrence, created: true };
}
