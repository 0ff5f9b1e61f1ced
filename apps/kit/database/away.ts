import { causesOf } from "./causes.ts";

/** Error codes that say "the other side cannot be reached now", of sockets and of the driver. */
const connectionCodes = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "UND_ERR_SOCKET",
  "UND_ERR_CONNECT_TIMEOUT",
]);

/**
 * PostgreSQL's SQLSTATE classes that pass by themselves: connection, transaction rollback
 * (serialization, deadlock), insufficient resources, operator intervention (shutdown, time-out),
 * and system error. Source: PostgreSQL manual, appendix A.
 */
const passingClasses = new Set(["08", "40", "53", "57", "58"]);

/**
 * Single codes that speak of the server or its schema, not of the data: read-only (a demoted
 * primary, a full disk), a lock not had in time, and a table, column, schema or right that is
 * missing because a migration has not run yet.
 */
const passingCodes = new Set(["25006", "25P03", "55P03", "42P01", "42703", "42501", "3F000"]);

/** What the driver says, without a code, of a connection that was lost or could not be had. */
const driverMessage =
  /^(Connection terminated|Query read timeout|timeout exceeded when trying to connect|Client has encountered a connection error|Client was closed)/;

/** Says of itself that waiting helps: for callers that know, such as a 503 from another service. */
export class AwayError extends Error {
  override readonly name = "AwayError";
}

/**
 * Whether an error means that something the work needs is away, so that waiting helps, rather than
 * that the work itself is wrong. Looks along the chain of causes.
 */
export function isAway(error: unknown): boolean {
  for (const cause of causesOf(error)) {
    if (cause instanceof AwayError) return true;
    const { code, message } = cause as { message?: unknown; code?: unknown };
    if (typeof code === "string") {
      if (connectionCodes.has(code)) return true;
      if (passingClasses.has(code.slice(0, 2)) && /^[0-9A-Z]{5}$/.test(code)) return true;
      if (passingCodes.has(code)) return true;
    }
    if (typeof message === "string" && driverMessage.test(message)) return true;
  }
  return false;
}
