import { sql } from "drizzle-orm";
import type { Logger } from "pino";
import type { Database } from "#apps/kit/database/connect.ts";

/** A month of the log: its table, and its first and last moment (the latter excluded), UTC. */
export type Month = { readonly table: string; readonly from: Date; readonly to: Date };

const dayMs = 86_400_000;
const everyMs = 6 * 3_600_000;
const againMs = 60_000;
/** Months that have a partition before their first event comes. */
const aheadMonths = 2;

/**
 * Keeps the partitions of the log as long as the process lives: now, and every six hours. Safe on
 * every replica. What fails is tried again after a minute; meanwhile entries of a month without a
 * partition go to the default one, and move when theirs is made.
 */
export function keepPartitions(database: Database, keepDays: number, log: Logger): void {
  const run = async (): Promise<number> => {
    try {
      const { made, dropped } = await maintainPartitions(database, keepDays);
      if (made.length + dropped.length > 0) log.info({ made, dropped }, "partitions of the log");
      return everyMs;
    } catch (error) {
      log.warn({ error: String(error) }, "partitions of the log could not be seen to");
      return againMs;
    }
  };
  const loop = async () => {
    const waitMs = await run();
    setTimeout(loop, waitMs).unref();
  };
  void loop();
}

/** Makes the partitions of this month and the next two, and drops what is older than is kept. */
export async function maintainPartitions(
  database: Database,
  keepDays: number,
  now = new Date(),
): Promise<{ made: string[]; dropped: string[] }> {
  const oldest = new Date(now.getTime() - keepDays * dayMs);
  return database.transaction(async (transaction) => {
    const tx = transaction as unknown as Database;
    // Replicas take turns; what the first one did the next finds done.
    await tx.execute(sql`select pg_advisory_xact_lock(hashtext('activity partitions'))`);
    const there = await partitionsOf(tx);
    const wanted = Array.from({ length: aheadMonths + 1 }, (_, index) => monthOf(now, index));
    const made = wanted.filter(({ table }) => !there.includes(table));
    for (const month of made) await makePartition(tx, month);

    const dropped = there.filter((table) => {
      const month = monthNamed(table);
      return month && month.to <= oldest;
    });
    for (const table of dropped) await tx.execute(sql`drop table ${sql.identifier(table)}`);
    await tx.execute(sql`delete from activity_default where occurred_at < ${oldest.toISOString()}`);
    return { made: made.map(({ table }) => table), dropped };
  });
}

/** The month that this moment is in, or one so many months later. */
export function monthOf(moment: Date, later = 0): Month {
  const [year, month] = [moment.getUTCFullYear(), moment.getUTCMonth() + later];
  const from = new Date(Date.UTC(year, month));
  const [y, m] = from.toISOString().split("-");
  return { table: `activity_${y}_${m}`, from, to: new Date(Date.UTC(year, month + 1)) };
}

/** The month of a partition by its name; undefined for the default one. */
export function monthNamed(table: string): Month | undefined {
  const match = /^activity_(\d{4})_(\d{2})$/.exec(table);
  return match ? monthOf(new Date(`${match[1]}-${match[2]}-01T00:00:00Z`)) : undefined;
}

// Filled from the default partition before it is attached, as that may not overlap.
async function makePartition(tx: Database, { table, from, to }: Month): Promise<void> {
  const name = sql.identifier(table);
  const [first, end] = [from.toISOString(), to.toISOString()].map((at) => sql.raw(`'${at}'`));
  const month = sql`occurred_at >= ${first} and occurred_at < ${end}`;
  await tx.execute(sql`lock table activity_default in access exclusive mode`);
  await tx.execute(sql`create table ${name} (like activity including defaults)`);
  await tx.execute(sql`insert into ${name} select * from activity_default where ${month}`);
  await tx.execute(sql`delete from activity_default where ${month}`);
  await tx.execute(
    sql`alter table activity attach partition ${name} for values from (${first}) to (${end})`,
  );
}

async function partitionsOf(tx: Database): Promise<string[]> {
  const found = await tx.execute<{ name: string }>(sql`
    select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'activity'::regclass order by 1`);
  return (found as unknown as { rows: { name: string }[] }).rows.map(({ name }) => name);
}
