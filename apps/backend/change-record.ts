import { type SQL, sql } from "drizzle-orm";
import type { services } from "#apps/contracts/services.ts";
import type { Database } from "#apps/kit/database/connect.ts";
import type { Outbox } from "#apps/kit/events/outbox.ts";
import { type TaskRow, taskChanges } from "./schema.ts";
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

type Change = { readonly actor: Actor; readonly kind: ChangeKind; readonly row: TaskRow };

/** Stores what a change of a task tells others: its events, and its place in the user's feed. */
export async function recordChange(
  outbox: BackendOutbox,
  tx: Database,
  { actor, kind, row }: Change,
  also: readonly SQL[] = [],
): Promise<void> {
  const { userId, traceparent, correlationId } = actor;
  const occurredAt = new Date();
  const task = taskDataOf(row);
  const kept = JSON.stringify({ ...task, version: row.version });
  const feed = sql`insert into ${taskChanges}
    (user_id, sequence, task_id, change, task, changed_at)
    select ${userId}::uuid, taken.last, ${row.id}::uuid, ${kind}::text, ${kept}::jsonb,
      ${occurredAt.toISOString()}::timestamptz from taken`;
  const events = [
    {
      topic: "task-events",
      data: {
        user_id: userId,
        event_type: kind,
        task_id: row.id,
        version: row.version,
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
          version: row.version,
        },
      },
    },
  ] as const;
  await outbox.record(tx, { userId, occurredAt, traceparent }, events, { also: [...also, feed] });
}
