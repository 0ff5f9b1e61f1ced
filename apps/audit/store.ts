import { and, desc, eq, lt } from "drizzle-orm";
import type { Database } from "#apps/kit/database/connect.ts";
import type { Envelope } from "#apps/kit/events/envelope.ts";
import { activity } from "./schema.ts";

export type ActivityQuery = {
  readonly userId: string;
  readonly taskId?: string | undefined;
  /** Only entries before this position: the `next` of the page before. */
  readonly before?: number | undefined;
  readonly limit: number;
};

/** Adds an event to the log, by its id: an event that is there already changes nothing. */
export async function recordActivity(
  database: Database,
  { id, sequence, time, data }: Envelope<"task-events">,
): Promise<void> {
  await database
    .insert(activity)
    .values({
      eventId: id,
      userId: data.user_id,
      taskId: data.task_id,
      eventType: data.event_type,
      sequence,
      version: data.version,
      occurredAt: new Date(time),
      source: data.metadata.source,
      correlationId: data.metadata.correlation_id,
      taskData: data.task_data,
    })
    .onConflictDoNothing({ target: activity.eventId });
}

/** A page of a user's log, newest first, with the position to go on from. */
export async function listActivity(database: Database, query: ActivityQuery) {
  const rows = await database
    .select()
    .from(activity)
    .where(
      and(
        eq(activity.userId, query.userId),
        query.taskId ? eq(activity.taskId, query.taskId) : undefined,
        query.before === undefined ? undefined : lt(activity.position, query.before),
      ),
    )
    .orderBy(desc(activity.position))
    .limit(query.limit + 1);
  const page = rows.slice(0, query.limit);
  return {
    entries: page.map((row) => ({
      event_id: row.eventId,
      task_id: row.taskId,
      user_id: row.userId,
      event_type: row.eventType,
      sequence: row.sequence,
      version: row.version,
      occurred_at: row.occurredAt.toISOString(),
      recorded_at: row.recordedAt.toISOString(),
      source: row.source,
      correlation_id: row.correlationId,
      task_data: row.taskData,
    })),
    next: rows.length > query.limit ? String(page.at(-1)?.position) : null,
  };
}
