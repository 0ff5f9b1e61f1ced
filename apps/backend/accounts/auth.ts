import { AsyncLocalStorage } from "node:async_hooks";
import { APIError } from "better-auth/api";
import { hashPassword, verifyPassword } from "better-auth/crypto";
import { and, eq, ne, sql } from "drizzle-orm";
import { isUniqueViolation } from "#apps/kit/database/reason.ts";
import { Problem } from "#apps/kit/http/problem.ts";
import { sessionCookieName, signedSession } from "#apps/kit/http/session-cookie.ts";
import { type Attempt, type AuthDeps, configure, wrongPassword } from "./better-auth.ts";
import { passwordHashOf } from "./credentials.ts";
import { fewAtOnce } from "./hashing.ts";
import type { ResetToken } from "./reset-mail.ts";
import { sessions, verifications } from "./tables.ts";

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

/**
 * Accounts, passwords, sessions and signing keys by better-auth. It is imported when it is first
 * needed, as it takes longer to load than all the rest of the service; what every request needs is
 * in `session-reader.ts` and `token-reader.ts`. What it refuses is a Problem, what it could not do
 * for want of the database the database's own error.
 */
export function createAuth(deps: AuthDeps) {
  const { database, secrets, publicUrl, roleOf } = deps;
  const attempts = new AsyncLocalStorage<Attempt>();
  const passwords = fewAtOnce({ hash: hashPassword, verify: verifyPassword });
  const auth = configure(deps, attempts, passwords);
  const cookieName = sessionCookieName(publicUrl);

  const bearing = (token: string): Headers =>
    new Headers({ cookie: `${cookieName}=${encodeURIComponent(signedSession(token, secrets))}` });

  /**
   * Deletes what a new password leaves nothing of: sessions that began with the old one while it was
   * being replaced, and links to set another. Resolves to the tokens of those sessions.
   */
  async function endSessions(userId: string, except = ""): Promise<string[]> {
    await database.delete(verifications).where(eq(verifications.value, userId));
    const ended = await database
      .delete(sessions)
      .where(and(eq(sessions.userId, userId), ne(sessions.token, except)))
      .returning({ token: sessions.token });
    return ended.map(({ token }) => token);
  }

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
      const given: Attempt = {};
      const { headers, response } = await attempt(given, () =>
        auth.api.signInEmail({ body, returnHeaders: true }),
      );
      // While it was compared a new password may have been set, and every session ended but this.
      if ((await passwordHashOf(database, { userId: response.user.id })) !== given.shown) {
        await database.delete(sessions).where(eq(sessions.token, response.token));
        throw wrongLogin();
      }
      return signedIn(headers, response);
    },

    /**
     * A token that lets who has it set a new password; undefined where there is no such account, or
     * its password is not for its owner to set: an operator's, or one of an issuer elsewhere.
     */
    issueReset: async (email: string): Promise<ResetToken | undefined> => {
      if (roleOf(email) === "operator") return undefined;
      if ((await passwordHashOf(database, { email })) === undefined) return undefined;
      const given: Attempt = {};
      await attempt(given, () => auth.api.requestPasswordReset({ body: { email } }));
      return given.issued;
    },

    /**
     * Sets a new password by such a token, which is then used up. Every session of the account has
     * ended, and their tokens are what it resolves to. A token that is not good is a problem of 400.
     */
    resetPassword: async (token: string, newPassword: string): Promise<readonly string[]> => {
      const given: Attempt = { ended: [] };
      await attempt(given, () => auth.api.resetPassword({ body: { token, newPassword } }));
      const late = given.resetOf ? await endSessions(given.resetOf) : [];
      return [...(given.ended ?? []), ...late];
    },

    /**
     * Sets a new password for whose session it is, if they know the one before: else it is a problem
     * of 403. Every session of the account has ended, and a new one begins for who asked.
     */
    changePassword: async (
      { userId, token }: { readonly userId: string; readonly token: string },
      passwords: { readonly currentPassword: string; readonly newPassword: string },
    ): Promise<{ readonly signedIn: SignedIn; readonly ended: readonly string[] }> => {
      const given: Attempt = { ended: [], changes: userId };
      const { headers, response } = await attempt(given, () =>
        auth.api.changePassword({
          body: { ...passwords, revokeOtherSessions: true },
          headers: bearing(token),
          returnHeaders: true,
        }),
      );
      const made = { ...response, token: response.token ?? "" };
      const late = await endSessions(userId, made.token);
      return { signedIn: signedIn(headers, made), ended: [...(given.ended ?? []), ...late] };
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
      const issue = () => auth.api.getToken({ headers: bearing(token) });
      return (await attempt({ signs: true }, issue)).token;
    },

    /** The public halves of the keys, made when there are none. */
    keys: () => attempt({}, () => auth.api.getJwks()),

    /** Forgets sessions that ran out. */
    forgetOldSessions: () =>
      database.delete(sessions).where(sql`${sessions.expiresAt} < now() - interval '1 day'`),
  };
}

export type Auth = ReturnType<typeof createAuth>;

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
  if (code.startsWith("INVALID_EMAIL_OR_PASSWORD")) return wrongLogin();
  if (error.statusCode === 401) {
    return new Problem(401, "Not authenticated", "there is no such session");
  }
  if (code.startsWith("INVALID_PASSWORD")) return wrongPassword();
  if (code.startsWith("INVALID_TOKEN") || code.startsWith("USER_NOT_FOUND")) return staleLink();
  if (error.statusCode >= 500) return error;
  return new Problem(400, "Invalid input", error.message);
}

const wrongLogin = () =>
  new Problem(401, "Not authenticated", "the e-mail address or the password is wrong");

const staleLink = () =>
  new Problem(
    400,
    "Link not good",
    "the link was used, or is too old, or is not whole: ask for another",
  );

const addressTaken = () =>
  new Problem(409, "Address taken", "this address belongs to another account");
