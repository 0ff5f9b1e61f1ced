import { sql } from "drizzle-orm";
import { bigint, pgTable, uuid } from "drizzle-orm/pg-core";
import type { Database } from "#apps/kit/database/connect.ts";

/** A table with the last number of each user, as `user_sequences`. */
export const counterTable = <N extends string>(name: N) =>
  pgTable(name, {
    userId: uuid("user_id").primaryKey(),
    last: bigint("last", { mode: "number" }).notNull(),
  });

/**
 * Takes the user's next number, from 1 on without gaps, and locks the user's counter until the
 * transaction ends.
 */
export async function takeNext(
  tx: Database,
  counter: ReturnType<typeof counterTable>,
  userId: string,
): Promise<number> {
  const [row] = await tx
    .insert(counter)
    .values({ userId, last: 1 })
    .onConflictDoUpdate({ target: counter.userId, set: { last: sql`${counter.last} + 1` } })
    .returning({ last: counter.last });
  if (!row) throw new Error("the user's counter returned no row");
  return row.last;
}
