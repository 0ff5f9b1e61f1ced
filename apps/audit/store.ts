import { and, desc, eq, gte, inArray, lt, sql } from "drizzle-orm";
import type { Database } from "#apps/kit/database/connect.ts";
import type { Entry } from "./entries.ts";
import { activity, type Kind } from "./schema.ts";

export type ActivityQuery = {
  readonly userId: string;
  readonly taskId?: string | undefined;
  readonly kinds?: readonly Kind[] | undefined;
  /** Entries that occurred at this time or later. */
  readonly from?: Date | undefined;
  /** Entries that occurred before this time. */
  readonly to?: Date | undefined;
  /** Only entries before this position: the `next` of the page before. */
  readonly before?: number | undefined;
  readonly limit: number;
};

/**
 * Adds an event to the log, by its id and time. An event that comes again writes the same row:
 * nothing changes, and a replay mends a row that an earlier version of this service wrote wrong.
 */
export async function recordActivity(database: Database, entry: Entry): Promise<void> {
  const { eventId: _, occurredAt: __, ...content } = entry;
  const columns = Object.keys(content) as (keyof typeof content)[];
  const excluded = columns.map((name) => [name, sql`excluded.${sql.identifier(columnOf(name))}`]);
  await database
    .insert(activity)
    .values(entry)
    .onConflictDoUpdate({
      target: [activity.eventId, activity.occurredAt],
      set: Object.fromEntries(excluded),
    });
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
        query.kinds ? inArray(activity.kind, [...query.kinds]) : undefined,
        query.from ? gte(activity.occurredAt, query.from) : undefined,
        query.to ? lt(activity.occurredAt, query.to) : undefined,
        query.before === undefined ? undefined : lt(activity.position, query.before),
      ),
    )
    .orderBy(desc(activity.position))
    .limit(query.limit + 1);
  const page = rows.slice(0, query.limit);
  return {
    entries: page.map((row) => ({
      event_id: row.eventId,
      kind: row.kind,
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
      details: row.details,
    })),
    next: rows.length > query.limit ? String(page.at(-1)?.position) : null,
  };
}

const columnOf = (name: keyof Entry): string => activity[name].name;
