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
  "CONNECTION_CLOSED",
  "CONNECTION_ENDED",
  "CONNECTION_DESTROYED",
  "CONNECT_TIMEOUT",
]);

/**
 * PostgreSQL's SQLSTATE classes that pass by themselves: connection, transaction rollback
 * (serialization, deadlock), insufficient resources, operator intervention (shutdown, time-out),
 * and system error. Source: PostgreSQL manual, appendix A.
 */
const passingClasses = new Set(["08", "40", "53", "57", "58"]);

/** Says of itself that waiting helps: for callers that know, such as a 503 from another service. */
export class AwayError extends Error {
  override readonly name = "AwayError";
}

/**
 * Whether an error means that something the work needs is away, so that waiting helps, rather than
 * that the work itself is wrong. Looks along the chain of causes.
 */
export function isAway(error: unknown): boolean {
  for (let current = error, depth = 0; current && depth < 8; depth++) {
    if (current instanceof AwayError) return true;
    const { code, cause, errors } = current as {
      code?: unknown;
      cause?: unknown;
      errors?: unknown;
    };
    if (typeof code === "string") {
      if (connectionCodes.has(code)) return true;
      if (/^[0-9A-Z]{5}$/.test(code) && passingClasses.has(code.slice(0, 2))) return true;
    }
    // A refused connection to a name with two addresses comes as an AggregateError.
    current = cause ?? (Array.isArray(errors) ? errors[0] : undefined);
  }
  return false;
}
