import { eq, sql } from "drizzle-orm";
import type { Logger } from "pino";
import { uuidv7 } from "uuidv7";
import type { Database } from "#apps/kit/database/connect.ts";
import { reasonOf } from "#apps/kit/database/reason.ts";
import { laneOf } from "#apps/kit/events/outbox.ts";
import { byPassword, passwordHashOf } from "./credentials.ts";
import type { Passwords } from "./hashing.ts";
import { type BackendOutbox, tellOfRegistration } from "./registration.ts";
import { accounts, credentials, sessions, verifications } from "./tables.ts";
import type { Role } from "./terms.ts";

/** Who looks after the stack, as its configuration names them. */
export type Operators = {
  readonly roleOf: (email: string) => Role;
  readonly addresses: readonly string[];
};

/** Reads OPERATORS: addresses with commas between them. */
export function operatorsOf(list: string): Operators {
  const addresses = list.toLowerCase().split(",").filter(Boolean);
  const known = new Set(addresses);
  return {
    addresses,
    roleOf: (email) => (known.has(email.toLowerCase()) ? "operator" : "user"),
  };
}

export type OperatorAccountDeps = {
  readonly database: Database;
  readonly outbox: BackendOutbox;
  readonly passwords: Passwords;
  /** The same for all of them, a secret of the stack. */
  readonly password: string;
  readonly wake: (lane: number) => void;
};

/**
 * Gives every operator an account with the password of the stack. An account that somebody made
 * with that address before it was named is taken from them: the password is another then, and who
 * was signed in is so no more. Nobody can sign up as one of them.
 */
export async function ensureOperators(
  addresses: readonly string[],
  deps: OperatorAccountDeps,
): Promise<void> {
  for (const email of addresses) await ensureOperator(email, deps);
}

async function ensureOperator(email: string, deps: OperatorAccountDeps): Promise<void> {
  const { database, outbox, passwords, password } = deps;
  const known = await passwordHashOf(database, { email });
  if (known && (await passwords.verify({ hash: known, password }))) return;
  const hash = await passwords.hash(password);
  const made = await database.transaction(async (transaction) => {
    const tx = transaction as unknown as Database;
    // Every replica does the same when it starts.
    await tx.execute(
      sql`select pg_advisory_xact_lock(hashtextextended(${`operator ${email}`}, 0))`,
    );
    const before = await passwordHashOf(tx, { email });
    if (before !== known) return undefined;
    const [createdAt, updatedAt] = [new Date(), new Date()];
    const [found] = await tx
      .select({ id: accounts.id })
      .from(accounts)
      .where(eq(accounts.email, email));
    const userId = found?.id ?? uuidv7();
    if (!found) {
      const name = "Operator";
      await tx.insert(accounts).values({ id: userId, email, name, createdAt, updatedAt });
      await tellOfRegistration(tx, outbox, { userId, email, createdAt });
    }
    await tx.delete(sessions).where(eq(sessions.userId, userId));
    // Links to a new password, of the time before it was named.
    await tx.delete(verifications).where(eq(verifications.value, userId));
    const [id, accountId] = [uuidv7(), userId];
    await tx
      .insert(credentials)
      .values({
        id,
        userId,
        providerId: byPassword,
        accountId,
        password: hash,
        createdAt,
        updatedAt,
      })
      .onConflictDoUpdate({
        target: [credentials.providerId, credentials.accountId],
        set: { password: hash, updatedAt },
      });
    return found ? undefined : userId;
  });
  if (made) deps.wake(laneOf(made));
}

const firstPauseMs = 1_000;
const longestPauseMs = 30_000;

/** Does so in the background, again and again until the database is there. */
export function startEnsuring(
  work: () => Promise<void>,
  log: Logger,
  pauseMs = firstPauseMs,
): void {
  work().catch((error) => {
    log.warn({ error: reasonOf(error) }, "the accounts of operators were not made; trying again");
    const next = Math.min(2 * pauseMs, longestPauseMs);
    setTimeout(() => startEnsuring(work, log, next), pauseMs).unref();
  });
}
