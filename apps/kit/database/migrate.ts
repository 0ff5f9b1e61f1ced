import { existsSync } from "node:fs";
import { drizzle } from "drizzle-orm/postgres-js";
import { migrate } from "drizzle-orm/postgres-js/migrator";
import postgres from "postgres";
import { services } from "#apps/contracts/services.ts";

/**
 * Brings the schema of one service up to date: `node apps/kit/database/migrate.ts <service>` with
 * DATABASE_URL. The role's search_path names its schema; an advisory lock makes two runs at once
 * take turns, and the second then finds nothing to do.
 */
const service = process.argv[2] ?? "";
const databaseUrl = process.env.DATABASE_URL;
const folder = new URL(`../../${service}/migrations`, import.meta.url).pathname;

if (!(service in services) || !existsSync(folder)) {
  fail(
    `no migrations for ${JSON.stringify(service)}: expected a service with apps/<it>/migrations`,
  );
}
if (!databaseUrl) fail("DATABASE_URL is not set");

const connection = postgres(databaseUrl, { max: 1, connect_timeout: 30, onnotice: () => {} });
try {
  const [row] = await connection`select current_schema() as schema`;
  await connection`select pg_advisory_lock(hashtext('todo-evolution migrations'))`;
  await migrate(drizzle(connection), {
    migrationsFolder: folder,
    migrationsSchema: row?.schema ?? fail("the role has no schema of its own on its search_path"),
    migrationsTable: "schema_migrations",
  });
  console.log(`schema of ${service} is up to date`);
} finally {
  await connection.end({ timeout: 5 });
}

function fail(reason: string): never {
  console.error(`migrate: ${reason}`);
  process.exit(1);
}
