import type { AsyncLocalStorage } from "node:async_hooks";
import { drizzleAdapter } from "better-auth/adapters/drizzle";
import { betterAuth } from "better-auth/minimal";
import { type Jwk, jwt } from "better-auth/plugins/jwt";
import { uuidv7 } from "uuidv7";
import type { Database } from "#apps/kit/database/connect.ts";
import { sessionCookieName, type TokenSecrets } from "#apps/kit/http/session-cookie.ts";
import type { fewAtOnce } from "./hashing.ts";
import { type BackendOutbox, tellOfRegistration } from "./registration.ts";
import { signableKeys } from "./signing-keys.ts";
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

const day = 86_400;
const sessionLifetimeSeconds = 7 * day;

/** What of a request the hooks of the library are to know. */
export type Attempt = {
  /** Of the password, made before the transaction that would else wait for it. */
  readonly hash?: string | undefined;
  /** A token is to be signed, not its key set shown. */
  readonly signs?: boolean;
  tx?: Database;
  /** What the library has only logged. */
  cause?: unknown;
};

/** The library with what is ours: tables, times, names of cookies, how an account is told of. */
export function configure(
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
        adapter: {
          getJwks: async ({ context }) => {
            const keys = await context.adapter.findMany<Jwk>({ model: "jwks" });
            return attempts.getStore()?.signs ? signableKeys(keys, secrets, database) : keys;
          },
        },
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
