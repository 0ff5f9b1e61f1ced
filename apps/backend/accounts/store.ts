import { createHash } from "node:crypto";
import { eq } from "drizzle-orm";
import type { services } from "#apps/contracts/services.ts";
import type { Database } from "#apps/kit/database/connect.ts";
import type { Outbox } from "#apps/kit/events/outbox.ts";
import { Problem } from "#apps/kit/http/problem.ts";
import { accounts } from "./tables.ts";

type BackendOutbox = Outbox<(typeof services)["backend"]>;

export type Registration = {
  readonly userId: string;
  /** Absent: whatever the account has, or one that nobody reads. */
  readonly email: string | undefined;
  /** W3C traceparent of the request. */
  readonly traceparent: string;
};

/** The accounts of users; registering one publishes `user registered`, once for each. */
export function createAccountStore(database: Database, outbox: BackendOutbox) {
  return {
    /**
     * Registers a user, who is told of by one event. A user who is registered stays as they are; an
     * address that is another user's, or other than this user's, is a conflict.
     */
    register: async ({ userId, email, traceparent }: Registration): Promise<string> => {
      const wanted = (email ?? unreadAddress(userId)).toLowerCase();
      return database.transaction(async (transaction) => {
        const tx = transaction as unknown as Database;
        const createdAt = new Date();
        const [made] = await tx
          .insert(accounts)
          .values({ id: userId, email: wanted, createdAt })
          .onConflictDoNothing()
          .returning();
        if (!made) return existing(tx, userId, email?.toLowerCase());
        // Registrations are a stream of their own, of one event a user: see DECISIONS, 49.
        await outbox.append(tx, { userId, occurredAt: createdAt, traceparent, sequence: 1 }, [
          {
            topic: "user-events",
            data: { user_id: userId, event_type: "registered", email_hash: hashOf(wanted) },
          },
        ]);
        return wanted;
      });
    },

    /** The address of a user; undefined when there is no such account. */
    addressOf: async (userId: string): Promise<string | undefined> => {
      const [row] = await database
        .select({ email: accounts.email })
        .from(accounts)
        .where(eq(accounts.id, userId));
      return row?.email;
    },
  };
}

export type AccountStore = ReturnType<typeof createAccountStore>;

async function existing(tx: Database, userId: string, email: string | undefined): Promise<string> {
  const [row] = await tx.select().from(accounts).where(eq(accounts.id, userId));
  if (!row) throw new Problem(409, "Address taken", "this address belongs to another account");
  if (email !== undefined && email !== row.email) {
    throw new Problem(409, "Registered already", "this user is registered with another address");
  }
  return row.email;
}

/** SHA-256 of an address in lower case, in hexadecimal: how events tell of it. */
const hashOf = (email: string): string => createHash("sha256").update(email).digest("hex");

/** An address of a domain that is kept for examples (RFC 6761), so that it reaches nobody. */
const unreadAddress = (userId: string): string => `${userId}@todo.example`;
