import type { Sql } from "postgres";
import type { Context, ResourceType } from "./resource.ts";
import { retryConnection } from "./retry.ts";

/** Inputs of a `DatabaseRole`, documented at `DatabaseRoleArgs`. */
export interface DatabaseRoleInputs {
  readonly adminUrl: string;
  readonly role: string;
  readonly password: string;
  readonly schema: string;
  readonly generation: string;
}

/** A login role in PostgreSQL with a schema of its own. */
export const databaseRoleType: ResourceType<DatabaseRoleInputs> = {
  outputs: [],
  replaceOn: ["role", "schema"],

  async create(inputs, context) {
    await withDatabase(inputs.adminUrl, context, (sql) => ensure(sql, inputs));
    return { id: inputs.role, outputs: {} };
  },

  async update(_old, inputs, context) {
    await withDatabase(inputs.adminUrl, context, (sql) => ensure(sql, inputs));
    return {};
  },

  async delete({ inputs }, context) {
    const { role, schema } = inputs;
    await withDatabase(inputs.adminUrl, context, async (sql) => {
      await sql`drop schema if exists ${sql(schema)} cascade`;
      const [exists] = await sql`select 1 from pg_roles where rolname = ${role}`;
      if (!exists) return;
      await sql`drop owned by ${sql(role)} cascade`;
      await sql`drop role ${sql(role)}`;
    });
  },
};

/** Brings role and schema into line, whatever is there already. */
async function ensure(sql: Sql, { role, password, schema }: DatabaseRoleInputs): Promise<void> {
  await sql.begin(async (tx) => {
    // Roles and the rights of `public` belong to all: neighbours wait for each other here, since
    // PostgreSQL answers "tuple concurrently updated" otherwise.
    await tx`select pg_advisory_xact_lock(hashtext('todo-evolution/roles'))`;
    const [exists] = await tx`select 1 from pg_roles where rolname = ${role}`;
    if (!exists) await tx`create role ${tx(role)}`;
    // A command like this takes no parameters; the server itself quotes the text.
    const [quoted] = await tx`select quote_literal(${password}) as password`;
    const login = `login nosuperuser nocreatedb nocreaterole password ${quoted?.password}`;
    await tx`alter role ${tx(role)} ${tx.unsafe(login)}`;
    await tx`create schema if not exists ${tx(schema)} authorization ${tx(role)}`;
    await tx`alter schema ${tx(schema)} owner to ${tx(role)}`;
    await tx`alter role ${tx(role)} set search_path = ${tx(schema)}`;
    await tx`revoke all on schema public from public`;
    const [current] = await tx`select current_database() as name`;
    const database = tx(String(current?.name));
    await tx`revoke all on database ${database} from public`;
    // `create schema if not exists`, with which migration tools begin, asks for the right to create.
    await tx`grant connect, temporary, create on database ${database} to ${tx(role)}`;
  });
}

async function withDatabase(
  adminUrl: string,
  { signal }: Context,
  work: (sql: Sql) => Promise<void>,
): Promise<void> {
  const { default: postgres } = await import("postgres");
  const { host } = new URL(adminUrl);
  const sql = postgres(adminUrl, { max: 1, connect_timeout: 5, onnotice: () => {} });
  try {
    await retryConnection(`PostgreSQL at ${host}`, signal, isTransient, () => sql`select 1`);
    await work(sql);
  } finally {
    await sql.end({ timeout: 5 });
  }
}

// 57P03: the server is starting up or shutting down.
const transientCodes = new Set(["ECONNREFUSED", "ECONNRESET", "CONNECT_TIMEOUT", "57P03"]);

function isTransient(error: unknown): boolean {
  const { code } = error as { code?: string };
  return transientCodes.has(code ?? "") || (code?.startsWith("CONNECTION_") ?? false);
}
