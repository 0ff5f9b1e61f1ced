import { and, desc, eq, getTableColumns, gte, inArray, lt, type SQL, sql } from "drizzle-orm";
import type { PgColumn } from "drizzle-orm/pg-core";
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

/** What an entry says: every column but those that the database fills. */
const { position: _, recordedAt: __, ...said } = getTableColumns(activity);
const columns = Object.values(said);
const keyed = new Set<PgColumn>([said.eventId, said.occurredAt]);
const listOf = (some: readonly PgColumn[], write: (name: SQL, column: PgColumn) => SQL): SQL =>
  sql.join(
    some.map((column) => write(sql.identifier(column.name) as unknown as SQL, column)),
    sql`, `,
  );

/** All of it is known at once, but for one parameter: the entries as one JSON text. */
const record = (entries: string): SQL => sql`
  insert into ${activity} (${listOf(columns, (name) => name)})
  select * from jsonb_to_recordset(${entries}::jsonb)
    as entries (${listOf(columns, (name, column) => sql`${name} ${sql.raw(column.getSQLType())}`)})
  on conflict (${listOf([...keyed], (name) => name)}) do update set
    ${listOf(
      columns.filter((column) => !keyed.has(column)),
      (name) => sql`${name} = excluded.${name}`,
    )}`;

/**
 * Adds events to the log, each by its id and time, all in one write. An event that comes again
 * writes the same row: nothing changes, and a replay mends a row that an earlier version of this
 * service wrote wrong.
 */
export async function recordActivity(database: Database, entries: readonly Entry[]): Promise<void> {
  // A row may be written once by a statement. Their order is that of the log.
  const once = new Map(entries.map((entry) => [entry.eventId, entry]));
  await database.execute(record(JSON.stringify([...once.values()].map(rowOf))));
}

const rowOf = (entry: Entry): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(entry).map(([property, value]) => [said[property as keyof Entry].name, value]),
  );

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
