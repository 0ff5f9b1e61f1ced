import { Hono } from "hono";
import { z } from "zod";
import { laneOf } from "#apps/kit/events/outbox.ts";
import { traceparentOf } from "#apps/kit/http/trace.ts";
import type { ShellVariables } from "#apps/kit/http/variables.ts";
import type { AccountStore } from "../accounts/store.ts";
import { developmentUserId, signToken, tokenLifetimeSeconds } from "../tokens.ts";
import { readBody } from "./input.ts";

/** Whom a token is for. */
export const tokenRequest = z.strictObject({
  user: z.string().trim().min(1).max(100),
  // No longer than SMTP takes (RFC 5321).
  email: z.email().max(254).optional(),
});

export type DevelopmentRouteDeps = {
  readonly secret: string;
  readonly accounts: AccountStore;
  /** Called after a commit, with the lane whose outbox may have grown. */
  readonly wake: (lane: number) => void;
};

/**
 * The development issuer: a token for any name, without a password. Whoever gets one for the first
 * time is registered, with the address given. Never on in production.
 */
export const createDevelopmentRoutes = ({ secret, accounts, wake }: DevelopmentRouteDeps) =>
  new Hono<{ Variables: ShellVariables }>().post("/tokens", async (context) => {
    const { user, email } = await readBody(context, tokenRequest);
    const userId = developmentUserId(user);
    const traceparent = traceparentOf(context.var.trace);
    const address = await accounts.register({ userId, email, traceparent });
    wake(laneOf(userId));
    return context.json({
      token: await signToken(secret, userId),
      user_id: userId,
      email: address,
      expires_in: tokenLifetimeSeconds,
    });
  });
