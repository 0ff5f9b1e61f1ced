import { and, asc, eq, isNull, lt, lte, or, sql } from "drizzle-orm";
import type { Database } from "#apps/kit/database/connect.ts";
import { type MailRow, mails } from "./schema.ts";

/** Longer than any send takes: who still has not noted its end by then has died or lost it. */
const claim = sql`now() + interval '60 seconds'`;
/** What could not be sent for so long is given up. */
const giveUpAfterMs = 24 * 3_600_000;
const delaysSeconds = [1, 5, 30, 60, 300];

export type ClaimedMail = MailRow & {
  /** An earlier try did not end: it may have been sent already. */
  readonly mayBeSent: boolean;
};

/** Takes the mail that waits longest and that nobody else is sending; undefined when there is none. */
export const claimMail = (database: Database): Promise<ClaimedMail | undefined> =>
  database.transaction(async (tx) => {
    const [next] = await tx
      .select({ id: mails.id, claimedUntil: mails.claimedUntil })
      .from(mails)
      .where(
        and(
          eq(mails.status, "pending"),
          lte(mails.nextTryAt, sql`now()`),
          or(isNull(mails.claimedUntil), lt(mails.claimedUntil, sql`now()`)),
        ),
      )
      .orderBy(asc(mails.nextTryAt), asc(mails.id))
      .limit(1)
      .for("update", { skipLocked: true });
    if (!next) return undefined;
    const [row] = await tx
      .update(mails)
      .set({ claimedUntil: claim, attempts: sql`${mails.attempts} + 1` })
      .where(eq(mails.id, next.id))
      .returning();
    return row && { ...row, mayBeSent: next.claimedUntil !== null };
  });

/** The mail server has it. */
export const noteSent = (database: Database, { id }: Pick<MailRow, "id">): Promise<void> =>
  set(database, id, { status: "sent", sentAt: new Date(), claimedUntil: null });

/** It will never be taken: for good. */
export const noteFailed = (database: Database, { id }: Pick<MailRow, "id">): Promise<void> =>
  set(database, id, { status: "failed", claimedUntil: null });

/**
 * It was not sent, or nobody knows: later again, with growing distance; for a day, and then no
 * more. Says whether it is tried again.
 */
export async function noteRetry(
  database: Database,
  { id, attempts, createdAt }: Pick<MailRow, "id" | "attempts" | "createdAt">,
  isCertain: boolean,
): Promise<boolean> {
  if (Date.now() - createdAt.getTime() > giveUpAfterMs) {
    await noteFailed(database, { id });
    return false;
  }
  const seconds = delaysSeconds[Math.min(attempts, delaysSeconds.length) - 1] ?? 1;
  await database
    .update(mails)
    .set({
      nextTryAt: sql`now() + ${seconds} * interval '1 second'`,
      // A claim that is over says that the try before had no known end.
      claimedUntil: isCertain ? null : sql`now() - interval '1 millisecond'`,
    })
    .where(eq(mails.id, id));
  return true;
}

/** Removes what was sent or given up long ago. */
export async function forgetOldMail(database: Database): Promise<void> {
  const old = sql`now() - interval '7 days'`;
  await database
    .delete(mails)
    .where(and(sql`${mails.status} <> 'pending'`, lt(mails.createdAt, old)));
}

async function set(database: Database, id: string, values: Partial<MailRow>): Promise<void> {
  await database.update(mails).set(values).where(eq(mails.id, id));
}
