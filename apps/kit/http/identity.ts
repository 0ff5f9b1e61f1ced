import type { MiddlewareHandler } from "hono";
import { Problem } from "./problem.ts";
import { cookieOf } from "./session-cookie.ts";

/** Whom a request is from, and until when that may be believed: milliseconds since 1970. */
export type Identity = {
  readonly userId: string;
  readonly role: "user" | "operator";
  readonly expiresAtMs: number;
};

/** Reads what shows whom a request is from; what is not valid is a problem of 401. */
export type IdentityReader = {
  /** @param token of an Authorization header */
  readonly byToken: (token: string) => Promise<Identity>;
  /** @param signed what the session's cookie holds */
  readonly bySession: (signed: string) => Promise<Identity>;
};

/** What `identified` sets for the routes after it. */
export type UserVariables = { readonly userId: string };

/** Before it is known whether a request needs a user. */
type IdentityVariables = { userId: string; role: Identity["role"]; refusal: Problem };

export type IdentifiedOptions = {
  readonly reader: IdentityReader;
  readonly cookieName: string;
  /** Of the pages that may change something with the cookie of who looks at them. */
  readonly origins: ReadonlySet<string>;
};

/** The origins in ALLOWED_ORIGINS. */
export const originsOf = (list: string): ReadonlySet<string> =>
  new Set(list.split(",").filter(Boolean));

const harmless = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Sets whom a request is from, by its bearer token or else by its session's cookie; one from nobody
 * that is known goes on without. A browser sends the cookie whoever made the page, so a request
 * that changes something by it must come from a page of ours (CSRF).
 */
export function identified(
  options: IdentifiedOptions,
): MiddlewareHandler<{ Variables: IdentityVariables }> {
  const { reader, cookieName, origins } = options;
  return async (context, next) => {
    try {
      const token = bearerTokenOf(context.req.header("authorization"));
      const signed = cookieOf(context.req.header("cookie"), cookieName);
      if (!token && !signed) throw new Problem(401, "Not authenticated", ways);
      if (!token && !harmless.has(context.req.method)) {
        fromPageOfOurs(context.req.header("origin"), origins);
      }
      const identity = await (token ? reader.byToken(token) : reader.bySession(signed as string));
      context.set("userId", identity.userId);
      context.set("role", identity.role);
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 401) throw error;
      context.set("refusal", error);
    }
    await next();
  };
}

const ways = "sign in, or send a token as `Authorization: Bearer …`";

/** Lets only those through whom `identified` knows. */
export const authenticated: MiddlewareHandler<{ Variables: IdentityVariables }> = async (
  context,
  next,
) => {
  if (!context.get("userId")) throw context.get("refusal");
  await next();
};

/** Lets only operators through: others are told that they are none. */
export const operatorOnly: MiddlewareHandler<{ Variables: IdentityVariables }> = async (
  context,
  next,
) => {
  if (!context.get("userId")) throw context.get("refusal");
  if (context.get("role") !== "operator") {
    throw new Problem(403, "Not allowed", "this is for operators of the stack");
  }
  await next();
};

/** Refuses what does not come from a page that may use the cookie. */
export function fromPageOfOurs(origin: string | undefined, origins: ReadonlySet<string>): void {
  if (origin !== undefined && origins.has(origin)) return;
  const what = origin === undefined ? "a request with a cookie says its Origin" : "not from there";
  throw new Problem(403, "Origin refused", `pages of this origin may not do this: ${what}`);
}

/** The token in an Authorization header; undefined where there is none. */
export function bearerTokenOf(authorization: string | undefined): string | undefined {
  const [scheme, token] = (authorization ?? "").split(" ");
  return scheme?.toLowerCase() === "bearer" ? token : undefined;
}
