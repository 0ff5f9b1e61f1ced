import { createHash } from "node:crypto";
import { SignJWT } from "jose";
import { tokenTerms } from "#apps/kit/http/bearer.ts";

export const tokenLifetimeSeconds = 12 * 3_600;

/** Signs a bearer token of the development issuer for a user id. */
export const signToken = (secret: string, userId: string): Promise<string> =>
  new SignJWT()
    .setProtectedHeader({ alg: tokenTerms.algorithm, typ: "JWT" })
    .setIssuer(tokenTerms.issuer)
    .setAudience(tokenTerms.audience)
    .setSubject(userId)
    .setIssuedAt()
    .setExpirationTime(`${tokenLifetimeSeconds}s`)
    .sign(new TextEncoder().encode(secret));

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
