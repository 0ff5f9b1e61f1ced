import { eq } from "drizzle-orm";
import { decodeProtectedHeader, importJWK, type JWTPayload, jwtVerify } from "jose";
import { z } from "zod";
import { id } from "#apps/contracts/tasks.ts";
import type { Database } from "#apps/kit/database/connect.ts";
import type { Identity } from "#apps/kit/http/identity.ts";
import { Problem } from "#apps/kit/http/problem.ts";
import { signingKeys } from "./tables.ts";
import { keyGraceSeconds, tokenAudience } from "./terms.ts";

/** Whose token it is; rejects when it is not valid. */
export type ReadToken = (token: string) => Promise<Identity>;

type Key = { readonly key: Awaited<ReturnType<typeof importJWK>>; readonly goodUntilMs: number };

const claims = z.object({
  sub: id,
  exp: z.number(),
  role: z.enum(["user", "operator"]).default("user"),
});

const mostKnown = 10_000;
/** A key that nobody has is not looked for more often. */
const lookAgainMs = 2_000;

/**
 * Reads bearer tokens that this stack has issued. Neither its keys nor tokens that were seen before
 * cost a query; a key that is new, as another replica has made it, costs one.
 */
export function createTokenReader(database: Database, issuer: string): ReadToken {
  const keys = new Map<string, Key>();
  const lookedFor = new Map<string, number>();
  const terms = {
    issuer,
    audience: tokenAudience,
    algorithms: ["EdDSA"],
    requiredClaims: ["exp", "sub"],
  };

  async function keyOf(kid: string): Promise<Key["key"]> {
    const known = keys.get(kid);
    if (known && known.goodUntilMs > Date.now()) return known.key;
    // Not an id, or one that was not there a moment ago: anybody may write one into a token.
    const askedAt = lookedFor.get(kid) ?? 0;
    if (!id.safeParse(kid).success || askedAt > Date.now() - lookAgainMs) throw new UnknownKey();
    const [row] = await database.select().from(signingKeys).where(eq(signingKeys.id, kid));
    if (!row) {
      bounded(lookedFor).set(kid, Date.now());
      throw new UnknownKey();
    }
    const lastMs = row.expiresAt ? row.expiresAt.getTime() + keyGraceSeconds * 1_000 : Infinity;
    const key = await importJWK(JSON.parse(row.publicKey), row.alg ?? "EdDSA");
    // Looked up again now and then, as one that has leaked is deleted.
    const goodUntilMs = Math.min(lastMs, Date.now() + trustedMs);
    if (goodUntilMs <= Date.now()) throw new UnknownKey();
    bounded(keys).set(kid, { key, goodUntilMs });
    return key;
  }

  return remembering(async (token) => {
    const { payload } = await jwtVerify(token, ({ kid = "" }) => keyOf(kid), terms);
    return identityOf(payload);
  });
}

const trustedMs = 300_000;

/** Whom the claims of a valid token are about. */
function identityOf(payload: JWTPayload): Identity {
  const { sub, exp, role } = claims.parse(payload);
  return { userId: sub, role, expiresAtMs: exp * 1_000 };
}

class UnknownKey extends Error {
  override readonly message = "its key is not known";
}

/**
 * A signature that was right stays right until the token runs out, so it is checked once. What is
 * wrong with a token is a problem of 401; that the database is away is not.
 */
export function remembering(read: ReadToken): ReadToken {
  const known = new Map<string, Identity>();
  return async (token) => {
    const before = known.get(token);
    if (before && before.expiresAtMs > Date.now()) return before;
    try {
      const identity = await read(token);
      bounded(known).set(token, identity);
      return identity;
    } catch (error) {
      throw isRefusal(error) ? refused(error) : error;
    }
  };
}

/** The issuer that a token names, unverified; undefined for what is no token. */
export function issuerOf(token: string): string | undefined {
  try {
    decodeProtectedHeader(token);
    const [, payload = ""] = token.split(".");
    const { iss } = JSON.parse(Buffer.from(payload, "base64url").toString());
    return typeof iss === "string" ? iss : undefined;
  } catch {
    return undefined;
  }
}

// Of jose all but those that say that keys could not be fetched.
const refusals = /^ERR_(JWT|JWS_|JOSE_ALG|JOSE_NOT|JWKS_NO|JWKS_MULTIPLE)/;

const isRefusal = (error: unknown): boolean =>
  error instanceof z.ZodError ||
  error instanceof UnknownKey ||
  refusals.test(String((error as { code?: unknown }).code ?? ""));

function refused(error: unknown): Problem {
  const reason = error instanceof z.ZodError ? "its subject is not a user id" : "it is not valid";
  return new Problem(401, "Not authenticated", `the bearer token was refused: ${reason}`);
}

/** The same map with room for one more: the oldest goes, and is read again if it comes. */
function bounded<V>(map: Map<string, V>): Map<string, V> {
  if (map.size >= mostKnown) map.delete(map.keys().next().value as string);
  return map;
}
