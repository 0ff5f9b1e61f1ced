import { and, asc, eq, gt, inArray, sql } from "drizzle-orm";
import type { ChangeFeed } from "#apps/contracts/sync.ts";
import type { Database } from "#apps/kit/database/connect.ts";
import { taskChangeHorizons, taskChanges, userSequences } from "./schema.ts";

export type FeedQuery = {
  readonly userId: string;
  /** Only changes after this sequence; undefined asks for the present sequence and no changes. */
  readonly after: number | undefined;
  readonly limit: number;
};

/**
 * What a user's tasks went through after a sequence, in order. One snapshot for all of it: with no
 * more changes to come there are none up to and including its `sequence`, since a user's changes
 * become visible in the order of their sequences.
 */
export const readChanges = (
  database: Database,
  { userId, after, limit }: FeedQuery,
): Promise<ChangeFeed> =>
  database.transaction(
    async (tx) => {
      const [state] = await tx
        .select({ sequence: userSequences.last, horizon: taskChangeHorizons.sequence })
        .from(userSequences)
        .leftJoin(taskChangeHorizons, eq(taskChangeHorizons.userId, userSequences.userId))
        .where(eq(userSequences.userId, userId));
      const { sequence, horizon } = state ?? { sequence: 0, horizon: null };
      const nothing = { changes: [], sequence, more: false };
      if (after === undefined || after === sequence) return { ...nothing, resync: false };
      // Beyond the present: of a time that a restored backup does not know.
      if (after > sequence || after < (horizon ?? 0)) return { ...nothing, resync: true };
      const rows = await tx
        .select()
        .from(taskChanges)
        .where(and(eq(taskChanges.userId, userId), gt(taskChanges.sequence, after)))
        .orderBy(asc(taskChanges.sequence))
        .limit(limit + 1);
      const changes = rows.slice(0, limit).map(({ sequence: at, change, taskId, task }) => ({
        sequence: at,
        change,
        task: {
          id: taskId,
          title: task.title,
          completed: task.completed,
          priority: task.priority,
          version: task.version,
        },
      }));
      return { changes, sequence, more: rows.length > limit, resync: false };
    },
    { isolationLevel: "repeatable read", accessMode: "read only" },
  );

/** The present sequence of each of these users who has one. */
export async function readHeads(
  database: Database,
  userIds: readonly string[],
): Promise<Record<string, number>> {
  const rows = await database
    .select()
    .from(userSequences)
    .where(inArray(userSequences.userId, [...userIds]));
  return Object.fromEntries(rows.map(({ userId, last }) => [userId, last]));
}

const keptFor = sql`interval '7 days'`;
const rowsAtOnce = 5_000;

/**
 * Forgets changes older than seven days, some thousands at a time; resolves to how many. What was
 * forgotten is remembered by user, so that a client from before it is told to begin anew.
 */
export async function pruneChanges(database: Database): Promise<number> {
  for (let total = 0; ; ) {
    const result = (await database.execute(sql`
      with old as (
        select ${taskChanges.userId}, ${taskChanges.sequence} from ${taskChanges}
        where ${taskChanges.changedAt} < now() - ${keptFor}
        limit ${rowsAtOnce} for update skip locked
      ), gone as (
        delete from ${taskChanges} using old
        where ${taskChanges.userId} = old.user_id and ${taskChanges.sequence} = old.sequence
        returning old.user_id, old.sequence
      ), marked as (
        insert into ${taskChangeHorizons} (user_id, sequence)
        select user_id, max(sequence) from gone group by user_id order by user_id
        on conflict (user_id) do update
        set sequence = greatest(${taskChangeHorizons.sequence}, excluded.sequence)
      )
      select count(*)::int as count from gone`)) as { rows: { count: number }[] };
    const count = result.rows[0]?.count ?? 0;
    total += count;
    if (count < rowsAtOnce) return total;
  }
}
