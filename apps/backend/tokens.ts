import { createHash } from "node:crypto";
import type { MiddlewareHandler } from "hono";
import { jwtVerify, SignJWT } from "jose";
import { z } from "zod";
import { id } from "#apps/contracts/tasks.ts";
import { Problem } from "#apps/kit/http/problem.ts";

const issuer = "todo-evolution-development";
const audience = "todo-evolution";
export const tokenLifetimeSeconds = 12 * 3_600;

export type UserVariables = { readonly userId: string };

const keyOf = (secret: string): Uint8Array => new TextEncoder().encode(secret);

/** Signs a bearer token of the development issuer for a user id. */
export const signToken = (secret: string, userId: string): Promise<string> =>
  new SignJWT()
    .setProtectedHeader({ alg: "HS256", typ: "JWT" })
    .setIssuer(issuer)
    .setAudience(audience)
    .setSubject(userId)
    .setIssuedAt()
    .setExpirationTime(`${tokenLifetimeSeconds}s`)
    .sign(keyOf(secret));

/** Lets only bearers of a valid token through and sets whose it is. */
export function authenticated(secret: string): MiddlewareHandler<{ Variables: UserVariables }> {
  const key = keyOf(secret);
  return async (context, next) => {
    const [scheme, token] = (context.req.header("authorization") ?? "").split(" ");
    if (scheme?.toLowerCase() !== "bearer" || !token) {
      throw new Problem(401, "Not authenticated", "send a token as `Authorization: Bearer …`");
    }
    context.set("userId", await verify(token, key));
    await next();
  };
}

async function verify(token: string, key: Uint8Array): Promise<string> {
  try {
    const { payload } = await jwtVerify(token, key, { issuer, audience, algorithms: ["HS256"] });
    return id.parse(payload.sub);
  } catch (error) {
    const reason = error instanceof z.ZodError ? "its subject is not a user id" : "it is not valid";
    throw new Problem(401, "Not authenticated", `the bearer token was refused: ${reason}`);
  }
}

/** The id of a development user: always the same for a name, in the form of a UUIDv7. */
export function developmentUserId(name: string): string {
  const hex = createHash("sha256").update(name).digest("hex");
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 0x3) | 0x8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `7${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join("-");
}
