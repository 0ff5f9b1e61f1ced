import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { drizzle } from "drizzle-orm/node-postgres";
import { migrate } from "drizzle-orm/node-postgres/migrator";
import pg from "pg";
import { services } from "#apps/contracts/services.ts";

/**
 * Brings the schema of one service up to date: `node apps/kit/database/migrate.ts <service>` with
 * DATABASE_URL. The role's search_path names its schema; an advisory lock makes two runs at once
 * take turns, and the second then finds nothing to do. In an image it is `migrate.mjs`, with the
 * migrations of its service beside it.
 */
const service = process.argv[2] ?? "";
const databaseUrl = process.env.DATABASE_URL;
const folder = [`../../${service}/migrations`, `./migrations/${service}`]
  .map((path) => fileURLToPath(new URL(path, import.meta.url)))
  .find((path) => existsSync(path));

if (!(service in services) || !folder) {
  fail(
    `no migrations for ${JSON.stringify(service)}: expected a service with apps/<it>/migrations`,
  );
}
if (!databaseUrl) fail("DATABASE_URL is not set");

const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 30_000 });
await client.connect();
try {
  const { rows } = await client.query("select current_schema() as schema");
  await client.query("select pg_advisory_lock(hashtext('todo-evolution migrations'))");
  await migrate(drizzle(client), {
    migrationsFolder: folder,
    migrationsSchema: rows[0]?.schema ?? fail("the role has no schema on its search_path"),
    migrationsTable: "schema_migrations",
  });
  console.log(`schema of ${service} is up to date`);
} finally {
  await client.end();
}

function fail(reason: string): never {
  console.error(`migrate: ${reason}`);
  process.exit(1);
}
