import { createHmac, timingSafeEqual } from "node:crypto";

/**
 * The name of the cookie that a session is in. Where the page is https a browser takes it from this
 * very host only, and never without encryption (`__Host-`, RFC 6265bis).
 */
export const sessionCookieName = (publicUrl: string): string =>
  publicUrl.startsWith("https:") ? "__Host-todo-session" : "todo-session";

/** What a cookie of this name holds, decoded; undefined where there is none. */
export function cookieOf(header: string | undefined, name: string): string | undefined {
  for (const pair of header?.split(";") ?? []) {
    const at = pair.indexOf("=");
    if (at > 0 && pair.slice(0, at).trim() === name) return decoded(pair.slice(at + 1).trim());
  }
  return undefined;
}

/** The secrets that sign cookies and guard keys: the first signs, each is taken. */
export type TokenSecrets = readonly [TokenSecret, ...TokenSecret[]];
export type TokenSecret = { readonly version: number; readonly value: string };

const form = /^(\d{1,6}):([^,]{32,})$/;

/** Reads `2:secret,1:secret`; undefined when the text is not of that form. */
export function tokenSecretsOf(text: string): TokenSecrets | undefined {
  const secrets = text.split(",").map((one) => {
    const [, version, value] = form.exec(one) ?? [];
    return version && value ? { version: Number(version), value } : undefined;
  });
  const isWhole = secrets.every((one) => one !== undefined);
  const isPlain = new Set(secrets.map((one) => one?.version)).size === secrets.length;
  return isWhole && isPlain ? (secrets as unknown as TokenSecrets) : undefined;
}

/** A session's token with the signature that shows that it is one of ours. */
export const signedSession = (token: string, [{ value }]: TokenSecrets): string =>
  `${token}.${signature(token, value)}`;

/** The token in a signed one; undefined when none of the secrets has signed it. */
export function readSignedSession(signed: string, secrets: TokenSecrets): string | undefined {
  const at = signed.indexOf(".");
  const token = signed.slice(0, Math.max(at, 0));
  const shown = Buffer.from(signed.slice(at + 1));
  const isOurs = secrets.some(({ value }) => {
    const expected = Buffer.from(signature(token, value));
    return expected.length === shown.length && timingSafeEqual(expected, shown);
  });
  return token && isOurs ? token : undefined;
}

// As better-auth signs its cookies: HMAC-SHA256 in base64.
const signature = (token: string, secret: string): string =>
  createHmac("sha256", secret).update(token).digest("base64");

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
