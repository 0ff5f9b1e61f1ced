import { createHash } from "node:crypto";
import { and, eq, gt, lt, sql } from "drizzle-orm";
import type { Database } from "#apps/kit/database/connect.ts";
import { Problem } from "#apps/kit/http/problem.ts";
import { idempotencyKeys } from "./schema.ts";

/** An answer as it is kept: enough to give it once more. */
export type Answer = {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Record<string, string>;
};

export type KeyedRequest = {
  readonly userId: string;
  /** Absent when the client sent no Idempotency-Key: the work then simply runs. */
  readonly key: string | undefined;
  /** What must be the same for the same key: method, path, precondition and body. */
  readonly fingerprint: string;
};

/** What a request asks for, in a transaction. */
export type Work = (tx: Database) => Promise<Answer>;

// By the database's clock: that of one replica may be wrong.
const oldest = sql`now() - interval '24 hours'`;
const longestKey = 255;

/**
 * Runs work in a transaction that also stores its answer under the request's key. The same key
 * and request gets that answer again; another request under the key is 422; one that is still
 * running is 409. A failed request stores nothing, so that its key can be used again. `alone` is
 * work that needs no transaction where there is no key.
 */
export async function answerOnce(
  database: Database,
  request: KeyedRequest,
  work: Work,
  alone?: () => Promise<Answer>,
): Promise<Answer & { readonly replayed: boolean }> {
  const { userId, key } = request;
  if (key !== undefined && (key.length === 0 || key.length > longestKey)) {
    throw new Problem(400, "Invalid input", `Idempotency-Key has 1 to ${longestKey} characters`);
  }
  if (key === undefined && alone) return { ...(await alone()), replayed: false };
  const requestHash = createHash("sha256").update(request.fingerprint).digest("hex");

  return database.transaction(async (transaction) => {
    const tx = transaction as unknown as Database;
    if (key === undefined) return { ...(await work(tx)), replayed: false };

    // Held until the transaction ends: whoever comes meanwhile learns that it is still running.
    const name = `${userId} ${key}`;
    const mine = sql<boolean>`pg_try_advisory_xact_lock(hashtextextended(${name}, 0))`;
    const [lock] = await tx.select({ mine }).from(sql`(select 1) as one`);
    if (!lock?.mine) {
      throw new Problem(409, "Still running", "a request with this Idempotency-Key is in progress");
    }

    const asked = and(eq(idempotencyKeys.userId, userId), eq(idempotencyKeys.key, key));
    const fresh = gt(idempotencyKeys.createdAt, oldest);
    const [kept] = await tx.select().from(idempotencyKeys).where(and(asked, fresh));
    if (kept) {
      if (kept.requestHash !== requestHash) {
        const detail = "this Idempotency-Key was used for another request";
        throw new Problem(422, "Key already used", detail);
      }
      return { status: kept.status, body: kept.body, headers: kept.headers, replayed: true };
    }

    const answer = await work(tx);
    // None is kept as the null of JSON: that of SQL is no body that could be given again.
    const body = answer.body ?? sql`'null'::jsonb`;
    const values = { userId, key, requestHash, ...answer, body, createdAt: sql`now()` };
    await tx
      .insert(idempotencyKeys)
      .values(values)
      .onConflictDoUpdate({
        target: [idempotencyKeys.userId, idempotencyKeys.key],
        set: values,
      });
    return { ...answer, replayed: false };
  });
}

/** Removes the answers that nobody may ask for any more. */
export async function forgetOldAnswers(database: Database): Promise<void> {
  await database.delete(idempotencyKeys).where(lt(idempotencyKeys.createdAt, oldest));
}
