import { type Context, Hono } from "hono";
import { laneOf } from "#apps/kit/events/outbox.ts";
import { bearerTokenOf, fromPageOfOurs } from "#apps/kit/http/identity.ts";
import { Problem } from "#apps/kit/http/problem.ts";
import { cookieOf, signedSession, type TokenSecrets } from "#apps/kit/http/session-cookie.ts";
import type { ShellVariables } from "#apps/kit/http/variables.ts";
import { readBody } from "../routes/input.ts";
import type { AccountView, Auth, SignedIn } from "./auth.ts";
import { changeBody, resetBody, resetRequestBody, signInBody, signUpBody } from "./input.ts";
import type { ResetMail } from "./reset-mail.ts";
import type { SessionReader } from "./session-reader.ts";
import type { Role } from "./terms.ts";

export type AuthRouteDeps = {
  /** Loads what it is made of at the first call. */
  readonly auth: () => Promise<Auth>;
  readonly sessions: SessionReader;
  readonly secrets: TokenSecrets;
  readonly cookieName: string;
  readonly origins: ReadonlySet<string>;
  readonly roleOf: (email: string) => Role;
  /** Whether nobody but the stack itself makes this account. */
  readonly isReserved: (email: string) => boolean;
  /** Refuses with 429 what is tried too often: from one place, and at one account or address. */
  readonly limit: (
    context: Context,
    at?: { readonly account?: string; readonly reset?: string },
  ) => Promise<void>;
  readonly resetMail: Pick<ResetMail, "sendSoon">;
  /** Called after a commit, with the lane whose outbox has grown. */
  readonly wake: (lane: number) => void;
};

/** Sign-up, sign-in, sign-out, new passwords, the session of who asks, and bearer tokens with their keys. */
export function createAuthRoutes(deps: AuthRouteDeps) {
  const { auth, sessions, cookieName, origins, roleOf, limit } = deps;
  const view = ({ id, email, name }: AccountView) => ({ id, email, name, role: roleOf(email) });

  /** Answers who has signed in: the cookie for a browser, and its like for a program. */
  function answer(context: Context, { user, token, cookies }: SignedIn) {
    setCookies(context, cookies);
    // A page has no use for it, and what no script sees no script can lose.
    if (context.req.header("origin") === undefined) {
      context.header("Set-Auth-Token", signedSession(token, deps.secrets));
    }
    return context.json({ user: view(user) });
  }

  /** The session that a request shows, by its cookie or as a bearer. */
  const shown = (context: Context): { signed: string; byCookie: boolean } | undefined => {
    const bearer = bearerTokenOf(context.req.header("authorization"));
    if (bearer) return { signed: bearer, byCookie: false };
    const cookie = cookieOf(context.req.header("cookie"), cookieName);
    return cookie ? { signed: cookie, byCookie: true } : undefined;
  };

  return new Hono<{ Variables: ShellVariables }>()
    .use(async (context, next) => {
      // What is said here is for who asked, and nobody in between.
      context.header("Cache-Control", "no-store");
      const origin = context.req.header("origin");
      if (context.req.method === "POST" && origin !== undefined) fromPageOfOurs(origin, origins);
      await next();
    })
    .post("/sign-up/email", async (context) => {
      const wanted = await readBody(context, signUpBody);
      await limit(context);
      if (deps.isReserved(wanted.email)) {
        throw new Problem(409, "Address taken", "this address belongs to another account");
      }
      const made = await (await auth()).signUp(wanted);
      deps.wake(laneOf(made.user.id));
      return answer(context, made);
    })
    .post("/sign-in/email", async (context) => {
      const login = await readBody(context, signInBody);
      await limit(context, { account: login.email });
      const found = await (await auth()).signIn(login);
      return answer(context, found);
    })
    .post("/request-password-reset", async (context) => {
      const { email } = await readBody(context, resetRequestBody);
      await limit(context, { reset: email });
      // Nothing is looked up before the answer: neither it nor its time can tell of an account.
      deps.resetMail.sendSoon(email);
      return context.json({ success: true }, 202);
    })
    .post("/reset-password", async (context) => {
      const { token, password } = await readBody(context, resetBody);
      await limit(context);
      const ended = await (await auth()).resetPassword(token, password);
      await Promise.all(ended.map(sessions.end));
      return context.json({ success: true });
    })
    .post("/change-password", async (context) => {
      const by = shown(context);
      if (!by) throw new Problem(401, "Not authenticated", "sign in first");
      if (by.byCookie) fromPageOfOurs(context.req.header("origin"), origins);
      const wanted = await readBody(context, changeBody);
      await sessions.read(by.signed);
      const token = sessions.tokenOf(by.signed);
      const found = await (await auth()).session(token);
      if (!found) throw new Problem(401, "Not authenticated", "there is no such session: sign in");
      const { id: userId, email } = found.user;
      await limit(context, { account: email });
      if (roleOf(email) === "operator") {
        throw new Problem(403, "Not allowed", "the password of operators is set by the stack");
      }
      const passwords = { currentPassword: wanted.current_password, newPassword: wanted.password };
      const made = await (await auth()).changePassword({ userId, token }, passwords);
      await Promise.all(made.ended.map(sessions.end));
      return answer(context, made.signedIn);
    })
    .post("/sign-out", async (context) => {
      const by = shown(context);
      if (!by) return context.json({ success: true });
      if (by.byCookie) fromPageOfOurs(context.req.header("origin"), origins);
      const token = tokenOrNone(sessions, by.signed);
      if (token === undefined) return context.json({ success: true });
      await sessions.end(token);
      setCookies(context, await (await auth()).signOut(token));
      return context.json({ success: true });
    })
    .get("/get-session", async (context) => {
      const token = tokenOrNone(sessions, shown(context)?.signed);
      const found = token === undefined ? null : await (await auth()).session(token);
      if (!found) return context.json(null);
      setCookies(context, found.cookies);
      const { id, createdAt, expiresAt } = found.session;
      const [created_at, expires_at] = [createdAt.toISOString(), expiresAt.toISOString()];
      return context.json({ session: { id, created_at, expires_at }, user: view(found.user) });
    })
    .get("/token", async (context) => {
      const by = shown(context);
      if (!by) throw new Problem(401, "Not authenticated", "sign in first");
      const { signed } = by;
      // The reader, too: a session that has ended is refused though its row may still be there.
      await sessions.read(signed);
      return context.json({ token: await (await auth()).token(sessions.tokenOf(signed)) });
    })
    .get("/jwks", async (context) => {
      context.header("Cache-Control", "public, max-age=300");
      return context.json(await (await auth()).keys());
    });
}

function setCookies(context: Context, cookies: readonly string[]): void {
  for (const cookie of cookies) context.header("Set-Cookie", cookie, { append: true });
}

/** A page asks who it is before anybody signs in: a cookie of the past is no fault of its own. */
function tokenOrNone(sessions: SessionReader, signed: string | undefined): string | undefined {
  try {
    return signed === undefined ? undefined : sessions.tokenOf(signed);
  } catch {
    return undefined;
  }
}
