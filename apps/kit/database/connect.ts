import { drizzle } from "drizzle-orm/node-postgres";
import type { PgDatabase, PgQueryResultHKT } from "drizzle-orm/pg-core";
import pg from "pg";
import { traced } from "#apps/kit/tracing/scope.ts";
import { within } from "#apps/kit/within.ts";
import { statementName } from "./statement-names.ts";

/** A database or a transaction on it: what queries run on, whichever driver is below. */
export type Database = PgDatabase<PgQueryResultHKT>;

export type Connection = {
  readonly database: Database;
  /** Resolves when a trivial query is answered within the time, however busy the others are. */
  readonly ping: (timeoutMs?: number) => Promise<void>;
  /** Waits for queries under way, 5 s at most. */
  readonly close: () => Promise<void>;
};

const closeTimeoutMs = 5_000;

/**
 * What every connection asks of the server: to end what runs too long, and to notice within
 * seconds when this process or its host is gone, since locks are held until then.
 */
export const connectionOptions = {
  keepAlive: true,
  connectionTimeoutMillis: 5_000,
  statement_timeout: 10_000,
  // The deadline of this side, for a server that does not answer at all.
  query_timeout: 12_000,
  idle_in_transaction_session_timeout: 15_000,
  options: "-c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3",
} as const;

/**
 * Opens a pool to PostgreSQL. It connects lazily and replaces connections that were lost, so a
 * service may start before its database and outlives its restarts.
 */
export function connect(url: string, options: { maxConnections?: number } = {}): Connection {
  const pool = new pg.Pool({
    ...connectionOptions,
    Client: PreparingClient,
    connectionString: url,
    max: options.maxConnections ?? 10,
  });
  // A lost connection is replaced, and whoever was using it gets the error of the query. Unheard,
  // the events would end the process: the pool's for one that is idle, its own for one in use.
  // Of its own: a pool whose connections are all in use is no database that is away.
  const probe = new pg.Pool({ ...connectionOptions, connectionString: url, max: 1 });
  for (const one of [pool, probe]) {
    one.on("error", () => {});
    one.on("connect", (client) => client.on("error", () => {}));
  }
  const database = drizzle(tracedPool(pool)) as unknown as Database;
  database.transaction = (work, config) =>
    traced("transaction", "CLIENT", () => onClientOf(pool, (one) => one.transaction(work, config)));
  return {
    database,
    ping: (timeoutMs = 1_000) => answered(probe.query("select 1"), timeoutMs),
    close: () => answered(Promise.all([pool.end(), probe.end()]), closeTimeoutMs).catch(() => {}),
  };
}

/**
 * Gives work a connection for itself. Drizzle would take one from the pool too, but never gives it
 * back when its BEGIN fails: ten lost connections, and the service waits for ever.
 */
async function onClientOf<T>(pool: pg.Pool, work: (database: Database) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    return await work(drizzle(client) as unknown as Database);
  } finally {
    // One that is still in the middle of something is nothing for anybody else.
    client.release(client.getTransactionStatus() !== "I");
  }
}

/**
 * Has the server keep each statement with parameters parsed and planned, which takes it longer than
 * most of ours take to run. Its signature is that of the pool: the driver overloads it.
 */
class PreparingClient extends pg.Client {
  // biome-ignore lint/suspicious/noExplicitAny: as many overloads as the driver has
  override query(statement: any, ...rest: any[]): any {
    const hasText = typeof statement?.text === "string" && typeof statement.submit !== "function";
    const values = statement?.values ?? rest[0];
    const isNamed =
      hasText && statement.name === undefined && Array.isArray(values) && values.length;
    return super.query(
      isNamed ? { ...statement, name: statementName(statement.text) } : statement,
      ...(rest as []),
    );
  }
}

/** Statements outside of a transaction are spans by what they do, which names no values. */
function tracedPool(pool: pg.Pool): pg.Pool {
  const query = pool.query.bind(pool) as (...args: unknown[]) => Promise<unknown>;
  const tracedQuery = (...args: unknown[]) =>
    traced(nameOf(args[0]), "CLIENT", () => query(...args));
  return Object.assign(pool, { query: tracedQuery });
}

const nameOf = (statement: unknown): string => {
  const text = typeof statement === "string" ? statement : (statement as pg.QueryConfig).text;
  // A statement that begins with `with` is one of ours that writes.
  return /\b(select|insert|update|delete)\b/i.exec(text)?.[1]?.toLowerCase() ?? "statement";
};

const answered = async (work: Promise<unknown>, timeoutMs: number): Promise<void> => {
  await within(work, timeoutMs, () => new Error(`no answer within ${timeoutMs} ms`));
};
