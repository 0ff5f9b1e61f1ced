import { createHash } from "node:crypto";
import type { services } from "#apps/contracts/services.ts";
import type { Database } from "#apps/kit/database/connect.ts";
import type { Outbox } from "#apps/kit/events/outbox.ts";
import { nextTrace, traceparentOf } from "#apps/kit/http/trace.ts";
import { currentTrace } from "#apps/kit/tracing/scope.ts";

export type BackendOutbox = Outbox<(typeof services)["backend"]>;

export type Registration = {
  readonly userId: string;
  /** In lower case. */
  readonly email: string;
  readonly createdAt: Date;
};

/**
 * Stores the event that tells of a new account. It belongs into the transaction that makes the
 * account's row: that row is unique, and so is its event.
 */
export const tellOfRegistration = (
  tx: Database,
  outbox: BackendOutbox,
  { userId, email, createdAt }: Registration,
): Promise<void> => {
  // Most belong to a request; the accounts of operators to nothing that anybody looks at.
  const traceparent = traceparentOf(currentTrace() ?? nextTrace(undefined, 0));
  // Registrations are a stream of their own, of one event a user: see DECISIONS, 49.
  return outbox.append(tx, { userId, occurredAt: createdAt, traceparent, sequence: 1 }, [
    {
      topic: "user-events",
      data: { user_id: userId, event_type: "registered", email_hash: hashOf(email) },
    },
  ]);
};

/** SHA-256 of an address in lower case, in hexadecimal: how events tell of it. */
export const hashOf = (email: string): string => createHash("sha256").update(email).digest("hex");

/** An address of a domain that is kept for examples (RFC 6761), so that it reaches nobody. */
export const unreadAddress = (userId: string): string => `${userId}@todo.example`;
