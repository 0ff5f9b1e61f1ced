import { z } from "zod";
import { id, timestamp } from "#apps/contracts/tasks.ts";
import { storableText } from "../tasks.ts";
import { passwordLength } from "./terms.ts";

// No longer than SMTP takes (RFC 5321).
const email = z.email().max(254).toLowerCase();
const password = storableText.min(passwordLength.least).max(passwordLength.most);

/** The body of a sign-up. */
export const signUpBody = z.strictObject({
  name: storableText.trim().min(1).max(100),
  email,
  password,
});

/** The body of a sign-in. */
export const signInBody = z.strictObject({
  email: storableText.max(254).toLowerCase(),
  password: z.string().max(passwordLength.most),
});

/** Who has forgotten a password. */
export const resetRequestBody = z.strictObject({ email });

/** A new password for whose mail has this token. */
export const resetBody = z.strictObject({ token: storableText.min(1).max(100), password });

/** A new password for who knows the one before. */
export const changeBody = z.strictObject({
  current_password: z.string().max(passwordLength.most),
  password,
});

/** An account as its owner sees it. */
export const account = z.strictObject({
  id,
  email: z.string(),
  name: z.string(),
  role: z.enum(["user", "operator"]),
});

/** Who is signed in from now on. */
export const signedInBody = z.strictObject({ user: account });

/** The session of who asks, or null. */
export const sessionBody = z
  .strictObject({
    session: z.strictObject({ id, created_at: timestamp, expires_at: timestamp }),
    user: account,
  })
  .nullable();

/** A JSON Web Key Set (RFC 7517). */
export const keySet = z.strictObject({
  keys: z.array(z.looseObject({ kid: z.string(), kty: z.string(), alg: z.string() })),
});
