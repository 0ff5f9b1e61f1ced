import { and, desc, eq, getTableColumns, gte, inArray, lt, sql } from "drizzle-orm";
import type { Database } from "#apps/kit/database/connect.ts";
import { columnList, namesOf, propertiesOf } from "#apps/kit/database/recordset.ts";
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

/** What an entry says, as columns: all but those that the database fills. */
const { position: _, recordedAt: __, ...said } = getTableColumns(activity);
const { eventId, occurredAt, ...content } = said;

const names = namesOf(said);
const properties = propertiesOf(said);
const key = namesOf({ eventId, occurredAt });
const updates = columnList(content, (name) => `${name} = excluded.${name}`);

/**
 * Adds events to the log, each by its id and time, all in one write. An event that comes again
 * writes the same row: nothing changes, and a replay mends a row that an earlier version of this
 * service wrote wrong.
 */
export async function recordActivity(database: Database, entries: readonly Entry[]): Promise<void> {
  // A row may be written once by a statement. Their order is that of the log.
  const once = new Map(entries.map((entry) => [entry.eventId, entry]));
  const json = JSON.stringify([...once.values()]);
  await database.execute(sql`insert into ${activity} (${names})
    select * from jsonb_to_recordset(${json}::jsonb) as entries (${properties})
    on conflict (${key}) do update set ${updates}`);
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
