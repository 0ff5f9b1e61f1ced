import { z } from "zod";
import type { Answer, Fields, Operation } from "#apps/kit/openapi/operation.ts";
import {
  changeBody,
  keySet,
  resetBody,
  resetRequestBody,
  sessionBody,
  signedInBody,
  signInBody,
  signUpBody,
} from "../accounts/input.ts";

const tag = "Accounts";

const cookie = {
  says: "The session for a browser: HttpOnly, SameSite=Lax, and with https Secure and `__Host-`",
  schema: z.string(),
};
const sessionFields: Fields = {
  "Set-Cookie": cookie,
  "Set-Auth-Token": {
    says: "The session for a program, a bearer at the paths of accounts; not told to pages",
    schema: z.string(),
  },
};
const success = z.strictObject({ success: z.literal(true) });
const signedIn = (says: string): Answer => ({ says, body: signedInBody, headers: sessionFields });

/** What the routes of `accounts/auth-routes.ts` take and answer. */
export const accountOperations: readonly Operation[] = [
  {
    method: "post",
    path: "/api/auth/sign-up/email",
    id: "signUp",
    tag,
    summary: "Makes an account and signs it in",
    secured: false,
    body: signUpBody,
    answers: { 200: signedIn("Whose account it is") },
    problems: [400, 403, 409],
  },
  {
    method: "post",
    path: "/api/auth/sign-in/email",
    id: "signIn",
    tag,
    summary: "Signs in by address and password",
    description:
      "The same problem says that there is no such account and that the password is wrong.",
    secured: false,
    body: signInBody,
    answers: { 200: signedIn("Who signed in") },
    problems: [400, 401, 403],
  },
  {
    method: "post",
    path: "/api/auth/request-password-reset",
    id: "requestPasswordReset",
    tag,
    summary: "Mails a link to a new password, good for an hour and once",
    description:
      "Answered alike, and as fast, whether the address has an account or not. Neither operators nor " +
      "people of an issuer elsewhere have a password here to set. The mail is sent in the background.",
    secured: false,
    body: resetRequestBody,
    answers: { 202: { says: "If there is such an account, a mail is on its way", body: success } },
    problems: [400, 403],
  },
  {
    method: "post",
    path: "/api/auth/reset-password",
    id: "resetPassword",
    tag,
    summary: "Sets a new password by the token of such a link",
    description:
      "Every session of the account ends, on every replica at once, and every link that it was " +
      "mailed. A token that was used, is too old or made up is a problem of 400.",
    secured: false,
    body: resetBody,
    answers: { 200: { says: "The password is the new one: sign in by it", body: success } },
    problems: [400, 403],
  },
  {
    method: "post",
    path: "/api/auth/change-password",
    id: "changePassword",
    tag,
    summary: "Sets a new password for who is signed in and knows the one before",
    description:
      "By a session, not by a bearer token of `/api/auth/token`. Every session of the account ends, " +
      "on every replica at once, and a new one begins for who asked. A wrong current password is a " +
      "problem of 403; operators, whose password is the stack's, are refused.",
    secured: true,
    body: changeBody,
    answers: { 200: signedIn("Whose password it is, with the new session") },
    problems: [400, 403],
  },
  {
    method: "post",
    path: "/api/auth/sign-out",
    id: "signOut",
    tag,
    summary: "Ends the session that is shown, on every replica at once",
    description: "Bearer tokens that were issued for it run out by themselves, in 15 minutes.",
    secured: false,
    answers: {
      200: {
        says: "There is no such session any more",
        body: success,
        headers: { "Set-Cookie": cookie },
      },
    },
    problems: [403],
  },
  {
    method: "get",
    path: "/api/auth/get-session",
    id: "getSession",
    tag,
    summary: "Says who is signed in, or null",
    secured: false,
    answers: { 200: { says: "The session that is shown", body: sessionBody } },
    problems: [],
  },
  {
    method: "get",
    path: "/api/auth/token",
    id: "getToken",
    tag,
    summary: "Issues a bearer token for the session that is shown",
    description:
      "A JWT for 15 minutes, signed by a key of `/api/auth/jwks`. Ask again for the next.",
    secured: true,
    answers: { 200: { says: "The token", body: z.strictObject({ token: z.string() }) } },
    problems: [],
  },
  {
    method: "get",
    path: "/api/auth/jwks",
    id: "getKeys",
    tag,
    summary: "Lists the public keys that bearer tokens are signed by",
    secured: false,
    answers: { 200: { says: "A JSON Web Key Set (RFC 7517)", body: keySet } },
    problems: [],
  },
];
