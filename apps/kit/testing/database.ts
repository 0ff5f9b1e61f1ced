import { generateDrizzleJson, generateMigration } from "drizzle-kit/api";
import { getTableName, is } from "drizzle-orm";
import { PgTable } from "drizzle-orm/pg-core";
import { drizzle } from "drizzle-orm/pglite";
import type { Database } from "#apps/kit/database/connect.ts";
import * as eventTables from "#apps/kit/events/tables.ts";
import { blankServer } from "./blank-server.ts";

export type TestDatabase = {
  readonly database: Database;
  /** Empties every table, so that the tests of a file can share one database. */
  readonly clear: () => Promise<void>;
  readonly close: () => Promise<void>;
};

/**
 * A real PostgreSQL inside this process, with the tables of the kit and those given. The statements
 * come from the table declarations themselves, as migrations do. It has one connection: what runs
 * at once takes turns.
 */
export async function createTestDatabase(
  tables: Record<string, unknown> = {},
): Promise<TestDatabase> {
  const client = await blankServer();
  const wanted = generateDrizzleJson({ ...eventTables, ...tables });
  const statements = await generateMigration(generateDrizzleJson({}), wanted);
  await client.exec(statements.join(";\n"));
  const names = Object.values({ ...eventTables, ...tables })
    .filter((table) => is(table, PgTable))
    .map((table) => `"${getTableName(table)}"`);
  return {
    database: drizzle(client) as unknown as Database,
    clear: async () => {
      await client.exec(`truncate ${names.join(", ")} restart identity`);
    },
    close: () => client.close(),
  };
}
