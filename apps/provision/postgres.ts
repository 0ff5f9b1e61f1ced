import type { Sql } from "postgres";
import { ensureRole, withDatabase } from "./database-role.ts";
import type { Inputs } from "./inputs.ts";
import { postgresSpec } from "./spec.ts";

const maintenanceDatabase = "postgres";

/** Makes the database and a role with a schema for each name, or brings them into line. */
export async function provisionPostgres(inputs: Inputs): Promise<void> {
  const { host, port, database, tls, roles } = inputs.spec(postgresSpec);
  const { username, password } = inputs.admin();
  const connectionTo = (name: string) => ({
    adminUrl:
      `postgres://${encodeURIComponent(username)}:${encodeURIComponent(password)}` +
      `@${host}:${port}/${encodeURIComponent(name)}`,
    ...(tls !== "off" && { tls: tls === "own" ? { ca: inputs.caCertificate() } : {} }),
  });
  inputs.say(`PostgreSQL at ${host}:${port}: database ${database}, ${roles.length} roles`);
  const ensure = async (sql: Sql): Promise<void> => {
    for (const role of roles) {
      await ensureRole(sql, { role, schema: role, password: inputs.passwordOf(role) });
      inputs.say(`role and schema ${role}: in line`);
    }
  };
  try {
    await withDatabase(connectionTo(database), inputs.patience, ensure);
  } catch (error) {
    if (!saysThereIsNoDatabase(error)) throw error;
    await withDatabase(
      connectionTo(maintenanceDatabase),
      inputs.patience,
      (sql) => sql`create database ${sql(database)}`,
    );
    inputs.say(`database ${database}: made`);
    await withDatabase(connectionTo(database), inputs.patience, ensure);
  }
}

function saysThereIsNoDatabase(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return (error as { code?: string }).code === "3D000" || saysThereIsNoDatabase(error.cause);
}
