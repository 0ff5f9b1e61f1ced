import type { AsyncLocalStorage } from "node:async_hooks";
import { drizzleAdapter } from "better-auth/adapters/drizzle";
import { betterAuth } from "better-auth/minimal";
import { type Jwk, jwt } from "better-auth/plugins/jwt";
import { sql } from "drizzle-orm";
import { uuidv7 } from "uuidv7";
import type { Database } from "#apps/kit/database/connect.ts";
import { Problem } from "#apps/kit/http/problem.ts";
import { sessionCookieName, type TokenSecrets } from "#apps/kit/http/session-cookie.ts";
import { passwordHashOf } from "./credentials.ts";
import type { fewAtOnce } from "./hashing.ts";
import { type BackendOutbox, tellOfRegistration } from "./registration.ts";
import type { ResetToken } from "./reset-mail.ts";
import { signableKeys } from "./signing-keys.ts";
import { accounts, credentials, sessions, signingKeys, verifications } from "./tables.ts";
import {
  keyGraceSeconds,
  passwordLength,
  type Role,
  resetLifetimeSeconds,
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
  /** Whose password is changed by who has shown that they know it. */
  readonly changes?: string;
  tx?: Database;
  /** The hash of the password that was shown, which was right if the library goes on. */
  shown?: string;
  /** Lets somebody set a new password. */
  issued?: ResetToken;
  /** Whose password was set by such a token. */
  resetOf?: string;
  /** The tokens of sessions that the library has deleted. */
  readonly ended?: string[];
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
        verify: (known) => {
          const attempt = attempts.getStore();
          if (attempt) attempt.shown = known.hash;
          return passwords.verify(known);
        },
      },
      resetPasswordTokenExpiresIn: resetLifetimeSeconds,
      revokeSessionsOnPasswordReset: true,
      // Only handed on: to wait for the mail here would tell by the time who has an account.
      sendResetPassword: async ({ user, token }) => {
        const attempt = attempts.getStore();
        if (attempt) attempt.issued = { email: user.email, token };
      },
      onPasswordReset: async ({ user }) => {
        const attempt = attempts.getStore();
        if (attempt) attempt.resetOf = user.id;
      },
    },
    session: { expiresIn: sessionLifetimeSeconds, updateAge: day },
    // Whoever reads the table cannot set a password.
    verification: { storeIdentifier: "hashed" },
    databaseHooks: {
      session: {
        delete: {
          before: async ({ token }) => void attempts.getStore()?.ended?.push(String(token)),
        },
      },
      account: {
        update: {
          // The library has compared the password before this transaction began.
          before: async () => {
            const { changes: userId, shown, tx } = attempts.getStore() ?? {};
            if (userId === undefined || !tx) return;
            await tx.execute(
              sql`select 1 from ${credentials} where ${credentials.userId} = ${userId} for update`,
            );
            if ((await passwordHashOf(tx, { userId })) !== shown) throw wrongPassword();
          },
        },
      },
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

/** Not 401: who asks is known by their session, which goes on. */
export const wrongPassword = () =>
  new Problem(403, "Wrong password", "the current password is another one");

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
