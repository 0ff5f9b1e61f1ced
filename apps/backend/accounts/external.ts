import { eq, sql } from "drizzle-orm";
import { createRemoteJWKSet, type JWTPayload, jwtVerify } from "jose";
import { uuidv7 } from "uuidv7";
import { z } from "zod";
import { AwayError } from "#apps/kit/database/away.ts";
import type { Database } from "#apps/kit/database/connect.ts";
import { laneOf } from "#apps/kit/events/outbox.ts";
import type { Identity } from "#apps/kit/http/identity.ts";
import { type BackendOutbox, tellOfRegistration, unreadAddress } from "./registration.ts";
import { accounts, credentials } from "./tables.ts";
import type { Role } from "./terms.ts";
import { type ReadToken, remembering } from "./token-reader.ts";

/** An issuer of OpenID Connect whose tokens are taken, when they are meant for this audience. */
export type ExternalIssuer = { readonly issuer: string; readonly audience: string };

export type ExternalDeps = {
  readonly database: Database;
  readonly outbox: BackendOutbox;
  readonly roleOf: (email: string) => Role;
  /** Called after a commit, with the lane whose outbox has grown. */
  readonly wake: (lane: number) => void;
};

const fetchTimeoutMs = 5_000;

const configuration = z.object({ issuer: z.string(), jwks_uri: z.url({ protocol: /^https?$/ }) });

const claims = z.object({
  sub: z.string().min(1).max(255),
  exp: z.number(),
  email: z.email().max(254).toLowerCase().optional().catch(undefined),
  email_verified: z.boolean().optional().catch(undefined),
  name: z.string().optional().catch(undefined),
});

/**
 * Reads tokens of an issuer elsewhere, whose keys are found by its discovery document. Its subjects
 * have accounts of ours, made at their first token.
 */
export function createExternalReader(external: ExternalIssuer, deps: ExternalDeps): ReadToken {
  const { issuer, audience } = external;
  let keys: ReturnType<typeof createRemoteJWKSet> | undefined;

  async function keySet() {
    keys ??= createRemoteJWKSet(new URL(await keysAddressOf(issuer)), {
      timeoutDuration: fetchTimeoutMs,
    });
    return keys;
  }

  return remembering(async (token) => {
    const find = await keySet();
    const { payload } = await jwtVerify(
      token,
      (header, input) => find(header, input).catch(awayUnlessNoSuchKey),
      // None that a shared secret signs: nobody here has one.
      {
        issuer,
        audience,
        algorithms: ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA"],
        requiredClaims: ["exp", "sub"],
      },
    );
    return accountOf(issuer, payload, deps);
  });
}

async function keysAddressOf(issuer: string): Promise<string> {
  const address = `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
  const found = await fetch(address, { signal: AbortSignal.timeout(fetchTimeoutMs) })
    .then(async (response) => configuration.parse(await response.json()))
    .catch((error) => {
      throw new AwayError(`the issuer does not say where its keys are: ${error}`);
    });
  if (found.issuer !== issuer) throw new AwayError(`${address} is of another issuer`);
  return found.jwks_uri;
}

function awayUnlessNoSuchKey(error: unknown): never {
  const code = String((error as { code?: unknown }).code ?? "");
  if (/^ERR_JWKS_(NO|MULTIPLE)/.test(code)) throw error;
  throw new AwayError(`the keys of the issuer were not fetched: ${error}`);
}

/**
 * The account of an issuer's subject. It has no address but one that the issuer has verified and
 * nobody has here: an account with the same address is not theirs for that.
 */
async function accountOf(
  issuer: string,
  payload: JWTPayload,
  deps: ExternalDeps,
): Promise<Identity> {
  const { sub, exp, email, email_verified, name = "" } = claims.parse(payload);
  const verified = email_verified === true ? email : undefined;
  const wanted = { issuer, subject: sub, email: verified, name: name.slice(0, 100) };
  const known = await readAccount(deps.database, wanted);
  const userId = known ?? (await makeAccount(wanted, deps));
  const role = verified === undefined ? "user" : deps.roleOf(verified);
  return { userId, role, expiresAtMs: exp * 1_000 };
}

type Wanted = {
  readonly issuer: string;
  readonly subject: string;
  readonly email: string | undefined;
  readonly name: string;
};

async function readAccount(
  database: Database,
  { issuer, subject }: Pick<Wanted, "issuer" | "subject">,
): Promise<string | undefined> {
  const [row] = await database
    .select({ userId: credentials.userId })
    .from(credentials)
    .where(sql`${credentials.providerId} = ${issuer} and ${credentials.accountId} = ${subject}`);
  return row?.userId;
}

/** Makes an account with its event in one transaction; several that want the same take turns. */
async function makeAccount(wanted: Wanted, { database, outbox, wake }: ExternalDeps) {
  const { issuer, subject, name } = wanted;
  const made = await database.transaction(async (transaction) => {
    const tx = transaction as unknown as Database;
    await tx.execute(
      sql`select pg_advisory_xact_lock(hashtextextended(${`${issuer} ${subject}`}, 0))`,
    );
    const before = await readAccount(tx, wanted);
    if (before) return { userId: before, isNew: false };
    const userId = uuidv7();
    const email = await freeAddress(tx, wanted.email, userId);
    const [createdAt, updatedAt] = [new Date(), new Date()];
    const times = { createdAt, updatedAt };
    const emailVerified = email === wanted.email;
    await tx.insert(accounts).values({ id: userId, email, emailVerified, name, ...times });
    await tx
      .insert(credentials)
      .values({ id: uuidv7(), userId, providerId: issuer, accountId: subject, ...times });
    await tellOfRegistration(tx, outbox, { userId, email, createdAt });
    return { userId, isNew: true };
  });
  if (made.isNew) wake(laneOf(made.userId));
  return made.userId;
}

async function freeAddress(tx: Database, email: string | undefined, userId: string) {
  if (email === undefined) return unreadAddress(userId);
  const [taken] = await tx
    .select({ id: accounts.id })
    .from(accounts)
    .where(eq(accounts.email, email));
  return taken ? unreadAddress(userId) : email;
}
