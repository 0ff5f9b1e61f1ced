import { Hono } from "hono";
import type { z } from "zod";
import { type knownIdentity, shownIdentity } from "#apps/contracts/identities.ts";
import { fromDeclaredCallers } from "#apps/kit/dapr/callers.ts";
import type { IdentityReader } from "#apps/kit/http/identity.ts";
import { readBody } from "../routes/input.ts";
import { tokenLifetimeSeconds } from "./terms.ts";

/**
 * Whom a token or a session is of, for services without a database. A session is to be asked for
 * again as often as a token runs out, since it may end any time.
 */
export function createIdentityRoutes(reader: IdentityReader, appApiToken: string) {
  const route = { method: "POST", path: "/identities" } as const;
  const callers = fromDeclaredCallers("backend", route, appApiToken);
  return new Hono().post("/", callers, async (context) => {
    const shown = await readBody(context, shownIdentity);
    const { userId, role, expiresAtMs } = await ("token" in shown
      ? reader.byToken(shown.token)
      : reader.bySession(shown.session));
    const untilMs = Math.min(expiresAtMs, Date.now() + tokenLifetimeSeconds * 1_000);
    const answer: z.infer<typeof knownIdentity> = {
      user_id: userId,
      role,
      expires_at: new Date(untilMs).toISOString(),
    };
    return context.json(answer);
  });
}
