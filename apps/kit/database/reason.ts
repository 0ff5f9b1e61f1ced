import { DrizzleQueryError } from "drizzle-orm/errors";

/**
 * What an error says, for logs and dead letters. Drizzle's own message holds the statement with
 * its parameters, and so what users wrote; the database's reason is in its cause.
 */
export function reasonOf(error: unknown): string {
  if (error instanceof DrizzleQueryError) return `database: ${reasonOf(error.cause)}`;
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
