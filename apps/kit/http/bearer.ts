import type { MiddlewareHandler } from "hono";
import { jwtVerify } from "jose";
import { z } from "zod";
import { id } from "#apps/contracts/tasks.ts";
import { Problem } from "./problem.ts";

/** Who signs bearer tokens, for whom, and how. */
export const tokenTerms = {
  issuer: "todo-evolution-development",
  audience: "todo-evolution",
  algorithm: "HS256",
} as const;

/** Whose a valid token is, and until when: milliseconds since 1970. */
export type Bearer = { readonly userId: string; readonly expiresAtMs: number };

export type UserVariables = { readonly userId: string };

const mostKnown = 10_000;

/** Reads bearer tokens; one that is not valid is a problem of 401 that says why. */
export function createTokenReader(secret: string): (token: string) => Promise<Bearer> {
  const key = new TextEncoder().encode(secret);
  const { issuer, audience, algorithm } = tokenTerms;
  const terms = { issuer, audience, algorithms: [algorithm], requiredClaims: ["exp"] };
  const known = new Map<string, Bearer>();
  return async (token) => {
    const before = known.get(token);
    if (before && before.expiresAtMs > Date.now()) return before;
    try {
      const { payload } = await jwtVerify(token, key, terms);
      const bearer = { userId: id.parse(payload.sub), expiresAtMs: (payload.exp ?? 0) * 1_000 };
      // A signature that was right stays right. The oldest goes, and is checked again if it comes.
      if (known.size >= mostKnown) known.delete(known.keys().next().value as string);
      known.set(token, bearer);
      return bearer;
    } catch (error) {
      const reason =
        error instanceof z.ZodError ? "its subject is not a user id" : "it is not valid";
      throw new Problem(401, "Not authenticated", `the bearer token was refused: ${reason}`);
    }
  };
}

/** The token in an Authorization header; undefined where there is none. */
export function bearerTokenOf(authorization: string | undefined): string | undefined {
  const [scheme, token] = (authorization ?? "").split(" ");
  return scheme?.toLowerCase() === "bearer" ? token : undefined;
}

/** Before it is known whether a request needs a user. */
type IdentityVariables = { userId: string; refusal: Problem };

/** Sets whose token a request bears; one without a valid token goes on without a user. */
export function identified(secret: string): MiddlewareHandler<{ Variables: IdentityVariables }> {
  const read = createTokenReader(secret);
  return async (context, next) => {
    try {
      const token = bearerTokenOf(context.req.header("authorization"));
      if (!token) {
        throw new Problem(401, "Not authenticated", "send a token as `Authorization: Bearer …`");
      }
      context.set("userId", (await read(token)).userId);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      context.set("refusal", error);
    }
    await next();
  };
}

/** Lets only those through whom `identified` knows. */
export const authenticated: MiddlewareHandler<{ Variables: IdentityVariables }> = async (
  context,
  next,
) => {
  if (!context.get("userId")) throw context.get("refusal");
  await next();
};
