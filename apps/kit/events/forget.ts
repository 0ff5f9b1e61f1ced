import { sql } from "drizzle-orm";
import type { Database } from "#apps/kit/database/connect.ts";

/** Clocks of the broker and of the database may differ by as much. */
const clockSlackMs = 60_000;
const batchRows = 10_000;

/**
 * Forgets which events were received since a time, so that they can be replayed. In batches, each
 * a statement of its own: cut off in between it is simply run again. Returns how many it were.
 *
 * What it clears may be more than what is replayed, by the slack and by other topics. That is sound
 * as the effects themselves do nothing when they are there already, by version or natural key; the
 * inbox only saves doing them again.
 */
export async function forgetReceived(database: Database, since: Date): Promise<number> {
  const from = new Date(since.getTime() - clockSlackMs).toISOString();
  for (let forgotten = 0; ; ) {
    const { rows } = (await database.execute(sql`
      with gone as (
        delete from inbox where event_id in (
          select event_id from inbox where received_at >= ${from} limit ${batchRows}
        ) returning 1
      ) select count(*)::int as count from gone`)) as unknown as { rows: { count: number }[] };
    const count = rows[0]?.count ?? 0;
    forgotten += count;
    if (count < batchRows) return forgotten;
  }
}
