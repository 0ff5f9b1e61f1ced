import { createHash } from "node:crypto";
import { eq } from "drizzle-orm";
import { z } from "zod";
import { id } from "#apps/contracts/tasks.ts";
import type { Database } from "#apps/kit/database/connect.ts";
import type { Identity } from "#apps/kit/http/identity.ts";
import { Problem } from "#apps/kit/http/problem.ts";
import { readSignedSession, type TokenSecrets } from "#apps/kit/http/session-cookie.ts";
import { type RedisClient, redisScript } from "#apps/kit/redis/client.ts";
import { accounts, sessions } from "./tables.ts";
import type { Role } from "./terms.ts";

export type SessionReaderDeps = {
  readonly database: Database;
  readonly redis: Pick<RedisClient, "run"> | undefined;
  readonly secrets: TokenSecrets;
  readonly roleOf: (email: string) => Role;
};

export type SessionReader = {
  /** Whose session a signed token is of. Rejects with a problem of 401 when it is of none. */
  readonly read: (signed: string) => Promise<Identity>;
  /** The token in a signed one; a problem of 401 when it is none of ours. */
  readonly tokenOf: (signed: string) => string;
  /** Has every replica refuse the session from now on, before it is deleted. */
  readonly end: (token: string) => Promise<void>;
};

/** How long Redis answers for the database. */
const keptSeconds = 60;
/** Longer than reading a session can take, so that who began before it ended does not revive it. */
const endedSeconds = 2 * keptSeconds;
const retryMs = 250;

const ended = "ended";

const readScript = redisScript("return redis.call('get', KEYS[1]) or ''");
// Never over what is there: it may be the word that the session has ended.
const keepScript = redisScript(
  "return redis.call('set', KEYS[1], ARGV[1], 'nx', 'ex', ARGV[2]) and 1 or 0",
);
const endScript = redisScript("redis.call('set', KEYS[1], ARGV[1], 'ex', ARGV[2]) return 1");

const kept = z.object({
  userId: id,
  role: z.enum(["user", "operator"]),
  expiresAtMs: z.number(),
});

/**
 * Sessions as every request needs them: from Redis, where they are known by a hash, and from the
 * database when Redis does not know or is away (50 ms at most).
 */
export function createSessionReader(deps: SessionReaderDeps): SessionReader {
  const { database, redis, secrets, roleOf } = deps;

  function tokenOf(signed: string): string {
    const token = readSignedSession(signed, secrets);
    if (token === undefined) throw noSession();
    return token;
  }

  async function readStored(token: string): Promise<Identity> {
    const [row] = await database
      .select({
        userId: sessions.userId,
        expiresAt: sessions.expiresAt,
        email: accounts.email,
      })
      .from(sessions)
      .innerJoin(accounts, eq(accounts.id, sessions.userId))
      .where(eq(sessions.token, token));
    if (!row || row.expiresAt.getTime() <= Date.now()) throw noSession();
    const { userId, email, expiresAt } = row;
    return { userId, role: roleOf(email), expiresAtMs: expiresAt.getTime() };
  }

  return {
    tokenOf,
    read: async (signed) => {
      const token = tokenOf(signed);
      const key = keyOf(token);
      const found = await redis?.run(readScript, [key], []);
      if (found === ended) throw noSession();
      const known = typeof found === "string" ? identityOf(found) : undefined;
      if (known) return known;
      const identity = await readStored(token);
      const lastsSeconds = Math.ceil((identity.expiresAtMs - Date.now()) / 1_000);
      const seconds = Math.min(keptSeconds, lastsSeconds);
      await redis?.run(keepScript, [key], [JSON.stringify(identity), seconds]);
      return identity;
    },
    end: async (token) => {
      const until = Date.now() + keptSeconds * 1_000;
      const say = () => redis?.run(endScript, [keyOf(token)], [ended, endedSeconds]);
      if (!redis || (await say()) !== undefined) return;
      // Redis is away, and may come back with what it knew. After a minute it knows it no more.
      const again = setInterval(async () => {
        if (Date.now() > until || (await say()) !== undefined) clearInterval(again);
      }, retryMs);
      again.unref();
    },
  };
}

/** What Redis is told is no secret that lets anybody in. */
const keyOf = (token: string): string =>
  `session:${createHash("sha256").update(token).digest("base64url")}`;

function identityOf(text: string): Identity | undefined {
  if (text === "") return undefined;
  const parsed = kept.safeParse(JSON.parse(text));
  return parsed.success && parsed.data.expiresAtMs > Date.now() ? parsed.data : undefined;
}

const noSession = () => new Problem(401, "Not authenticated", "there is no such session: sign in");
