import { DrizzleQueryError } from "drizzle-orm/errors";
import { causesOf } from "./causes.ts";

/**
 * What an error says, for logs and dead letters. Drizzle's own message holds the statement with
 * its parameters, and so what users wrote; the database's reason is in its cause.
 */
export function reasonOf(error: unknown): string {
  if (error instanceof DrizzleQueryError) return `database: ${reasonOf(error.cause)}`;
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

/**
 * Whether a server that went on has taken a statement back, for something in it or for a lock that
 * it waited for: nothing of it happened.
 */
export function hasRefusedStatement(error: unknown): boolean {
  for (const cause of causesOf(error)) {
    const { severity } = cause as { severity?: unknown };
    if (severity !== undefined) return severity === "ERROR";
  }
  return false;
}

/** Whether the database refused a row because there is one with its key. */
export const isUniqueViolation = (error: unknown): boolean =>
  [...causesOf(error)].some((cause) => (cause as { code?: unknown }).code === "23505");
