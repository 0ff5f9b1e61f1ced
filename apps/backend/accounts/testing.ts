import { exportJWK, generateKeyPair, SignJWT } from "jose";
import type { Database } from "#apps/kit/database/connect.ts";
import { signingKeys } from "./tables.ts";
import { tokenAudience } from "./terms.ts";

/** What a test of backend tells it of accounts. */
export const accountsEnvOfTests = {
  TOKEN_SECRET: "1:a secret of thirty-two characters",
  PUBLIC_URL: "http://todo.example",
  ALLOWED_ORIGINS: "http://todo.example",
  OPERATORS: "operator@todo.example",
  OPERATOR_PASSWORD: "the password of the stack",
  OIDC_ISSUER: "",
  OIDC_AUDIENCE: "",
} as const;

const kid = "00000000-0000-4000-8000-00000000c0de";
const pair = generateKeyPair("EdDSA", { extractable: true });

export type TokenOptions = {
  readonly issuer?: string;
  readonly audience?: string;
  readonly role?: string;
  readonly expires?: number | string;
};

/** An Authorization header of a user, by a key that the database then has. */
export async function bearerOf(
  database: Database,
  userId: string,
  options: TokenOptions = {},
): Promise<string> {
  const { publicKey, privateKey } = await pair;
  await database
    .insert(signingKeys)
    .values({
      id: kid,
      publicKey: JSON.stringify(await exportJWK(publicKey)),
      privateKey: "",
      alg: "EdDSA",
      createdAt: new Date(),
    })
    .onConflictDoNothing();
  const token = await new SignJWT({ role: options.role ?? "user" })
    .setProtectedHeader({ alg: "EdDSA", kid })
    .setIssuer(options.issuer ?? accountsEnvOfTests.PUBLIC_URL)
    .setAudience(options.audience ?? tokenAudience)
    .setSubject(userId)
    .setExpirationTime(options.expires ?? "1h")
    .sign(privateKey);
  return `Bearer ${token}`;
}
