import { sql } from "drizzle-orm";
import type { PgDatabase, PgQueryResultHKT } from "drizzle-orm/pg-core";
import { drizzle } from "drizzle-orm/postgres-js";
import postgres from "postgres";

/** A database or a transaction on it: what queries run on, whichever driver is below. */
export type Database = PgDatabase<PgQueryResultHKT>;

export type Connection = {
  readonly database: Database;
  /** Resolves when a trivial query is answered within the time, rejects otherwise. */
  readonly ping: (timeoutMs?: number) => Promise<void>;
  readonly close: () => Promise<void>;
};

/**
 * Opens a pool to PostgreSQL. It connects lazily and reconnects by itself, so a service may start
 * before its database. `statement_timeout` bounds what one statement may take.
 */
export function connect(url: string, options: { maxConnections?: number } = {}): Connection {
  const pool = postgres(url, {
    max: options.maxConnections ?? 10,
    connect_timeout: 5,
    // The driver's own back-off grows to many seconds; a database that is back should be used now.
    backoff: (attempts: number) => Math.min(0.1 * attempts, 1),
    connection: { statement_timeout: 10_000 },
    onnotice: () => {},
  });
  const database = drizzle(pool) as unknown as Database;
  return {
    database,
    ping: (timeoutMs = 1_000) => withTimeout(database.execute(sql`select 1`), timeoutMs),
    close: () => pool.end({ timeout: 5 }),
  };
}

async function withTimeout(work: Promise<unknown>, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
