import { AsyncLocalStorage } from "node:async_hooks";
import { drizzleAdapter } from "better-auth/adapters/drizzle";
import { APIError } from "better-auth/api";
import { hashPassword, verifyPassword } from "better-auth/crypto";
import { betterAuth } from "better-auth/minimal";
import { jwt } from "better-auth/plugins/jwt";
import { sql } from "drizzle-orm";
import { uuidv7 } from "uuidv7";
import type { Database } from "#apps/kit/database/connect.ts";
import { isUniqueViolation } from "#apps/kit/database/reason.ts";
import { Problem } from "#apps/kit/http/problem.ts";
import {
  sessionCookieName,
  signedSession,
  type TokenSecrets,
} from "#apps/kit/http/session-cookie.ts";
import { fewAtOnce } from "./hashing.ts";
import { type BackendOutbox, tellOfRegistration } from "./registration.ts";
import { accounts, credentials, sessions, signingKeys, verifications } from "./tables.ts";
import {
  keyGraceSeconds,
  passwordLength,
  type Role,
  tokenAudience,
  tokenLifetime,
} from "./terms.ts";

export type AuthDeps = {
  readonly database: Database;
  readonly outbox: BackendOutbox;
  readonly secrets: TokenSecrets;
  /** Where people reach the stack, as `https://todo.example`; the issuer of its tokens. */
  readonly publicUrl: string;
  readonly roleOf: (email: string) => Role;
};

export type Login = { readonly email: string; readonly password: string };

export type AccountView = { readonly id: string; readonly email: string; readonly name: string };

/** Somebody who is signed in from now on. */
export type SignedIn = {
  readonly user: AccountView;
  /** Of the session, not signed. */
  readonly token: string;
  /** `Set-Cookie` fields for a browser. */
  readonly cookies: readonly string[];
};

export type SessionView = {
  readonly user: AccountView;
  readonly session: { readonly id: string; readonly expiresAt: Date; readonly createdAt: Date };
  readonly cookies: readonly string[];
};

const day = 86_400;
export const sessionLifetimeSeconds = 7 * day;

/** What of a request the hooks of the library are to know. */
type Attempt = {
  /** Of the password, made before the transaction that would else wait for it. */
  readonly hash?: string | undefined;
  tx?: Database;
  /** What the library has only logged. */
  cause?: unknown;
};

/**
 * Accounts, passwords, sessions and signing keys by better-auth. It is imported when it is first
 * needed, as it takes longer to load than all the rest of the service; what every request needs is
 * in `session-reader.ts` and `token-reader.ts`. What it refuses is a Problem, what it could not do
 * for want of the database the database's own error.
 */
export function createAuth(deps: AuthDeps) {
  const { database, secrets, publicUrl } = deps;
  const attempts = new AsyncLocalStorage<Attempt>();
  const passwords = fewAtOnce({ hash: hashPassword, verify: verifyPassword });
  const auth = makeAuth(deps, attempts, passwords);
  const cookieName = sessionCookieName(publicUrl);

  const bearing = (token: string): Headers =>
    new Headers({ cookie: `${cookieName}=${encodeURIComponent(signedSession(token, secrets))}` });

  async function attempt<T>(given: Attempt, work: () => Promise<T>): Promise<T> {
    try {
      const result = await attempts.run(given, work);
      // The library goes on where it could not delete a session.
      if (given.cause !== undefined) throw given.cause;
      return result;
    } catch (error) {
      throw problemOf(error, given.cause);
    }
  }

  return {
    passwords,

    /** Makes an account and signs it in; an address that has one is a problem of 409. */
    signUp: async (wanted: Login & { name: string }): Promise<SignedIn> => {
      const hash = await passwords.hash(wanted.password);
      const { headers, response } = await attempt({ hash }, () =>
        auth.api.signUpEmail({ body: wanted, returnHeaders: true }),
      );
      return signedIn(headers, { ...response, token: response.token ?? "" });
    },

    /** The same problem of 401, after the same time, for a wrong password and for no account. */
    signIn: async (body: Login): Promise<SignedIn> => {
      const { headers, response } = await attempt({}, () =>
        auth.api.signInEmail({ body, returnHeaders: true }),
      );
      return signedIn(headers, response);
    },

    /** The session of a token, which lives on when it is a day old; null when there is none. */
    session: async (token: string): Promise<SessionView | null> => {
      const { headers, response } = await attempt({}, () =>
        auth.api.getSession({ headers: bearing(token), returnHeaders: true }),
      );
      return response && { ...response, cookies: headers.getSetCookie() };
    },

    /** Ends a session, there or not; the cookies that a browser is to forget it by. */
    signOut: async (token: string): Promise<readonly string[]> => {
      const { headers } = await attempt({}, () =>
        auth.api.signOut({ headers: bearing(token), returnHeaders: true }),
      );
      return headers.getSetCookie();
    },

    /** A bearer token for the user of a session; a problem of 401 when there is none. */
    token: async (token: string): Promise<string> => {
      const issue = () => attempt({}, () => auth.api.getToken({ headers: bearing(token) }));
      try {
        return (await issue()).token;
      } catch (error) {
        if (!/decrypt private key/i.test(String(error))) throw error;
        // Of a secret that was taken away, as it has leaked: nobody is to believe these any more.
        await database.delete(signingKeys);
        return (await issue()).token;
      }
    },

    /** The public halves of the keys, made when there are none. */
    keys: () => attempt({}, () => auth.api.getJwks()),

    /** Forgets sessions that ran out. */
    forgetOldSessions: () =>
      database.delete(sessions).where(sql`${sessions.expiresAt} < now() - interval '1 day'`),
  };
}

export type Auth = ReturnType<typeof createAuth>;

function makeAuth(
  { database, outbox, secrets, publicUrl, roleOf }: AuthDeps,
  attempts: AsyncLocalStorage<Attempt>,
  passwords: ReturnType<typeof fewAtOnce>,
) {
  const schema = {
    user: accounts,
    session: sessions,
    account: credentials,
    verification: verifications,
    jwks: signingKeys,
  };
  return betterAuth({
    baseURL: publicUrl,
    basePath: "/api/auth",
    secrets: secrets.map((secret) => ({ ...secret })),
    database: drizzleAdapter(noting(database, attempts), {
      provider: "pg",
      schema,
      transaction: true,
    }),
    emailAndPassword: {
      enabled: true,
      minPasswordLength: passwordLength.least,
      maxPasswordLength: passwordLength.most,
      password: {
        hash: async (password) => attempts.getStore()?.hash ?? passwords.hash(password),
        verify: passwords.verify,
      },
    },
    session: { expiresIn: sessionLifetimeSeconds, updateAge: day },
    databaseHooks: {
      user: {
        create: {
          // Hooks that run after the row is there run after the commit too, and may never run.
          before: async (user) => {
            const attempt = attempts.getStore();
            if (!attempt?.tx) throw new Error("an account is made in a transaction only");
            const { email, createdAt } = user;
            const userId = uuidv7();
            await tellOfRegistration(attempt.tx, outbox, { userId, email, createdAt });
            return { data: { id: userId } };
          },
        },
      },
    },
    plugins: [
      jwt({
        disableSettingJwtHeader: true,
        jwks: { rotationInterval: 30 * day, gracePeriod: keyGraceSeconds },
        jwt: {
          issuer: publicUrl,
          audience: tokenAudience,
          expirationTime: tokenLifetime,
          definePayload: ({ user }) => ({ role: roleOf(user.email) }),
        },
      }),
    ],
    advanced: {
      cookiePrefix: "todo",
      // The prefix that it would set is `__Secure-`.
      useSecureCookies: false,
      cookies: {
        session_token: {
          name: sessionCookieName(publicUrl),
          attributes: { secure: publicUrl.startsWith("https:"), sameSite: "lax", httpOnly: true },
        },
      },
      database: { generateId: () => uuidv7() },
      ipAddress: { disableIpTracking: true },
    },
    // Its routes are not served: ours call it. So are its limits ours.
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    logger: {
      level: "error",
      log: (_, __, ...details) => {
        const attempt = attempts.getStore();
        const failure = details.find((detail) => detail instanceof Error);
        if (attempt && failure) attempt.cause = failure;
      },
    },
  });
}

/** The same database, whose transactions the hooks of an attempt can write in. */
function noting(database: Database, attempts: AsyncLocalStorage<Attempt>): Database {
  return new Proxy(database, {
    get: (target, name, receiver) => {
      if (name !== "transaction") return Reflect.get(target, name, receiver);
      const transaction: Database["transaction"] = (work, config) =>
        target.transaction((tx) => {
          const attempt = attempts.getStore();
          if (attempt) attempt.tx = tx as unknown as Database;
          return work(tx);
        }, config);
      return transaction;
    },
  });
}

const signedIn = (
  headers: Headers,
  { user, token }: { readonly user: AccountView; readonly token: string },
): SignedIn => ({
  user: { id: user.id, email: user.email, name: user.name },
  token,
  cookies: headers.getSetCookie(),
});

/** What the library refused, as we say it; the reason below, where that is no refusal of its own. */
function problemOf(error: unknown, cause: unknown): unknown {
  if (cause !== undefined && !(cause instanceof APIError)) {
    return isUniqueViolation(cause) ? addressTaken() : cause;
  }
  if (isUniqueViolation(error)) return addressTaken();
  if (!(error instanceof APIError)) return error;
  const code = (error.body as { code?: string } | undefined)?.code ?? "";
  if (code.startsWith("USER_ALREADY_EXISTS")) return addressTaken();
  if (error.statusCode === 401) {
    const detail = code.startsWith("INVALID_EMAIL_OR_PASSWORD")
      ? "the e-mail address or the password is wrong"
      : "there is no such session";
    return new Problem(401, "Not authenticated", detail);
  }
  if (error.statusCode >= 500) return error;
  return new Problem(400, "Invalid input", error.message);
}

const addressTaken = () =>
  new Problem(409, "Address taken", "this address belongs to another account");
