import { sql } from "drizzle-orm";
import type { services } from "#apps/contracts/services.ts";
import type { Database } from "#apps/kit/database/connect.ts";
import { namesOf, propertiesOf } from "#apps/kit/database/recordset.ts";
import type { Outbox } from "#apps/kit/events/outbox.ts";
import { type TaskRow, taskChanges, taskColumns, tasks } from "./schema.ts";
import { taskDataOf } from "./tasks.ts";

export type ChangeKind = "created" | "updated" | "completed" | "deleted";

/** Who changes a task, and in which request. */
export type Actor = {
  readonly userId: string;
  readonly traceparent: string;
  readonly correlationId: string;
  /** Who acts for the user; by default they themselves, by the API. */
  readonly source?: "api" | "chat" | "recurring";
};

export type BackendOutbox = Outbox<(typeof services)["backend"]>;

/** A change of a task, and the row that it leaves. */
export type TaskChange = {
  readonly actor: Actor;
  readonly kind: ChangeKind;
  readonly row: TaskRow;
};

const feed = sql`insert into ${taskChanges}
  (user_id, sequence, task_id, change, task, changed_at)
  select user_id, sequence, ("row"->>'task_id')::uuid, "row"->>'change', "row"->'kept', occurred_at
  from changes`;
const newTasks = sql`insert into ${tasks} (${namesOf(taskColumns)})
  select task.* from changes,
    jsonb_to_record("row"->'task') as task(${propertiesOf(taskColumns)})`;

/** Stores what a change of a task tells others: its events, and its place in the user's feed. */
export async function recordChange(
  outbox: BackendOutbox,
  tx: Database,
  change: TaskChange,
): Promise<void> {
  await outbox.record(tx, [recordedOf(change)], { also: [feed] });
}

/**
 * Stores new tasks with all that `recordChange` stores, in one statement; resolves to the sequences
 * that they take.
 */
export async function recordNewTasks(
  outbox: BackendOutbox,
  database: Database,
  changes: readonly TaskChange[],
): Promise<number[]> {
  const recorded = changes.map((change) => {
    const { row, ...told } = recordedOf(change);
    return { ...told, row: { ...row, task: change.row } };
  });
  return outbox.record(database, recorded, { also: [newTasks, feed] });
}

function recordedOf({ actor, kind, row }: TaskChange) {
  const { userId, traceparent, correlationId } = actor;
  const task = taskDataOf(row);
  const { version } = row;
  const publications = [
    {
      topic: "task-events",
      data: {
        user_id: userId,
        event_type: kind,
        task_id: row.id,
        version,
        task_data: task,
        metadata: { source: actor.source ?? "api", correlation_id: correlationId },
      },
    },
    {
      topic: "task-updates",
      data: {
        user_id: userId,
        update_type: kind,
        task: {
          id: row.id,
          title: row.title,
          completed: row.completed,
          priority: row.priority,
          version,
        },
      },
    },
  ] as const;
  const written = { task_id: row.id, change: kind, kept: { ...task, version } };
  return { userId, occurredAt: new Date(), traceparent, publications, row: written };
}
