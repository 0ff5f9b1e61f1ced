import type { Sql, TransactionSql } from "postgres";
import { type Patience, retryConnection } from "./retry.ts";

/** A login role with a schema of its own, the only one on its search path. */
export type DatabaseRole = {
  readonly role: string;
  readonly password: string;
  readonly schema: string;
};

/** How to reach a database as its administrator. */
export type DatabaseConnection = {
  /** `postgres://user:password@host:port/database` */
  readonly adminUrl: string;
  /** Encrypted; with the server's own authority (PEM) or, without one, a public one. */
  readonly tls?: { readonly ca?: string };
};

/**
 * Brings role and schema into line, whatever is there already, and takes database and schema
 * `public` from everyone else. The administrator need not be a superuser, but own the database.
 */
export async function ensureRole(sql: Sql, wanted: DatabaseRole): Promise<void> {
  const { role, password, schema } = wanted;
  await sql.begin(async (tx) => {
    await oneAtATime(tx);
    const [exists] = await tx`select 1 from pg_roles where rolname = ${role}`;
    if (!exists) await tx`create role ${tx(role)}`;
    await login(tx, role, password);
    await tx`create schema if not exists ${tx(schema)} authorization ${tx(role)}`;
    await tx`alter schema ${tx(schema)} owner to ${tx(role)}`;
    await tx`alter role ${tx(role)} set search_path = ${tx(schema)}`;
    await tx`revoke all on schema public from public`;
    const [current] = await tx`select current_database() as name`;
    const database = tx(String(current?.name));
    await tx`revoke all on database ${database} from public`;
    // `create schema if not exists`, with which migration tools begin, asks for the right to create.
    await tx`grant connect, temporary, create on database ${database} to ${tx(role)}`;
    const [right] = await tx`
      select has_database_privilege(${role}, current_database(), 'create') as granted`;
    if (!right?.granted) {
      throw new Error(
        `Role ${role} could not be let into database ${current?.name}: the administrator must own it.`,
      );
    }
  });
}

/** Removes schema and role with all that the role owns; there need not be any. */
export async function removeRole(sql: Sql, { role, schema }: Omit<DatabaseRole, "password">) {
  await sql.begin(async (tx) => {
    await oneAtATime(tx);
    await tx`drop schema if exists ${tx(schema)} cascade`;
    const [exists] = await tx`select 1 from pg_roles where rolname = ${role}`;
    if (!exists) return;
    await tx`drop owned by ${tx(role)} cascade`;
    await tx`drop role ${tx(role)}`;
  });
}

/**
 * Roles, and the rights on what belongs to all, are changed by one at a time: PostgreSQL answers
 * "tuple concurrently updated" otherwise.
 */
const oneAtATime = (tx: TransactionSql) =>
  tx`select pg_advisory_xact_lock(hashtext('todo-evolution/roles'))`;

/** Opens an administrator's connection for the work; waits for the server. */
export async function withDatabase<Result>(
  { adminUrl, tls }: DatabaseConnection,
  patience: Patience,
  work: (sql: Sql) => Promise<Result>,
): Promise<Result> {
  const { default: postgres } = await import("postgres");
  const { host } = new URL(adminUrl);
  const ssl = tls && { ssl: tls.ca === undefined ? ("verify-full" as const) : { ca: tls.ca } };
  const sql = postgres(adminUrl, { max: 1, connect_timeout: 5, onnotice: () => {}, ...ssl });
  try {
    await retryConnection(`PostgreSQL at ${host}`, patience, isTransient, () => sql`select 1`);
    return await work(sql);
  } finally {
    await sql.end({ timeout: 5 });
  }
}

async function login(tx: TransactionSql, role: string, password: string): Promise<void> {
  // A command like this takes no parameters; the server itself quotes the text.
  const [quoted] = await tx`select quote_literal(${password}) as password`;
  await tx`alter role ${tx(role)} ${tx.unsafe(`login password ${quoted?.password}`)}`;
  const [found] = await tx`
    select rolsuper, rolcreatedb, rolcreaterole from pg_roles where rolname = ${role}`;
  // Only a superuser may so much as name these, so they are named where they are wrong.
  const excess = [
    ...(found?.rolsuper ? ["nosuperuser"] : []),
    ...(found?.rolcreatedb ? ["nocreatedb"] : []),
    ...(found?.rolcreaterole ? ["nocreaterole"] : []),
  ];
  if (excess.length > 0) await tx`alter role ${tx(role)} ${tx.unsafe(excess.join(" "))}`;
  // Who makes a schema for a role, and is no superuser, has to be able to become it.
  const [may] = await tx`select pg_has_role(current_user, ${role}, 'usage') as become`;
  if (!may?.become) await tx`grant ${tx(role)} to current_user`;
}

// 57P03: the server is starting up or shutting down.
const transientCodes = new Set([
  ...["ECONNREFUSED", "ECONNRESET", "EAI_AGAIN", "ENOTFOUND", "CONNECT_TIMEOUT", "57P03"],
]);

function isTransient(error: unknown): boolean {
  const { code } = error as { code?: string };
  return transientCodes.has(code ?? "") || (code?.startsWith("CONNECTION_") ?? false);
}
