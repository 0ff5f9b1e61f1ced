import { and, arrayContains, asc, desc, eq, gte, inArray, lt, type SQL, sql } from "drizzle-orm";
import type { Priority } from "#apps/contracts/tasks.ts";
import type { Database } from "#apps/kit/database/connect.ts";
import { type TaskRow, taskColumns, tasks, userSequences } from "./schema.ts";
import {
  fieldOf,
  isDescending,
  type Position,
  positionOf,
  type SortField,
  type TaskQuery,
} from "./task-query.ts";

export type TaskPage = {
  readonly rows: readonly TaskRow[];
  /** The user's sequence that the page reflects: exactly that of its rows. */
  readonly sequence: number;
  /** Where the page ends, or undefined when there is none after it. */
  readonly end: Position | undefined;
};

/** A page of a user's tasks with these filters, in this order. */
export async function listTasks(
  database: Database,
  userId: string,
  query: TaskQuery,
): Promise<TaskPage> {
  const position = positionOf(query);
  const descending = isDescending(query.sort);
  const key = sortKey(fieldOf(query.sort), descending);
  const order = descending ? desc : asc;
  // One snapshot for both reads: the sequence is then exactly that of the rows.
  return database.transaction(
    async (tx) => {
      const sequence = await readSequence(tx as unknown as Database, userId);
      const found = await tx
        .select(taskColumns)
        .from(tasks)
        .where(and(eq(tasks.userId, userId), ...filters(query), after(key, descending, position)))
        .orderBy(...(key ? [order(key.expression)] : []), order(tasks.id))
        // One more than asked for tells whether there is another page.
        .limit(query.limit + 1);
      const rows = found.slice(0, query.limit);
      const last = found.length > query.limit ? rows.at(-1) : undefined;
      const end = last && { key: key?.of(last) ?? null, id: last.id };
      return { rows, sequence, end };
    },
    { isolationLevel: "repeatable read", accessMode: "read only" },
  );
}

/** How many changes of a user there were so far. */
export async function readSequence(database: Database, userId: string): Promise<number> {
  const [counter] = await database
    .select({ last: userSequences.last })
    .from(userSequences)
    .where(eq(userSequences.userId, userId));
  return counter?.last ?? 0;
}

function filters(query: TaskQuery): (SQL | undefined)[] {
  return [
    query.status && eq(tasks.completed, query.status === "completed"),
    query.priority && inArray(tasks.priority, query.priority),
    query.tag && arrayContains(tasks.tags, query.tag),
    query.due_from !== undefined ? gte(tasks.dueDate, new Date(query.due_from)) : undefined,
    query.due_before !== undefined ? lt(tasks.dueDate, new Date(query.due_before)) : undefined,
    query.q !== undefined
      ? sql`${tasks.search} @@ websearch_to_tsquery('simple', ${query.q})`
      : undefined,
  ] as (SQL | undefined)[];
}

type SortKey = {
  readonly expression: SQL;
  /** The value of a row, as a cursor has it. */
  readonly of: (row: TaskRow) => Position["key"];
  /** The value of a cursor, as the database compares it. */
  readonly value: (key: Position["key"]) => SQL;
};

const ranks: Record<Priority, number> = { low: 1, medium: 2, high: 3 };

/** What is sorted by before the id; nothing for creation, whose order that of the ids is. */
function sortKey(field: SortField, descending: boolean): SortKey | undefined {
  switch (field) {
    case "created":
      return undefined;
    case "due": {
      // Last in both directions.
      const none = descending ? sql`'-infinity'::timestamptz` : sql`'infinity'::timestamptz`;
      return {
        expression: sql`coalesce(${tasks.dueDate}, ${none})`,
        of: (row) => row.dueDate?.toISOString() ?? null,
        value: (key) => (key === null ? none : sql`${key}::timestamptz`),
      };
    }
    case "priority":
      return {
        expression: sql`case ${tasks.priority} when 'low' then 1 when 'medium' then 2 else 3 end`,
        of: (row) => ranks[row.priority],
        value: (key) => sql`${key}::integer`,
      };
    case "updated":
      return {
        expression: sql`${tasks.updatedAt}`,
        of: (row) => row.updatedAt.toISOString(),
        value: (key) => sql`${key}::timestamptz`,
      };
  }
}

function after(
  key: SortKey | undefined,
  descending: boolean,
  position: Position | undefined,
): SQL | undefined {
  if (!position) return undefined;
  const beyond = sql.raw(descending ? "<" : ">");
  const id = sql`${position.id}::uuid`;
  if (!key) return sql`${tasks.id} ${beyond} ${id}`;
  return sql`(${key.expression}, ${tasks.id}) ${beyond} (${key.value(position.key)}, ${id})`;
}
