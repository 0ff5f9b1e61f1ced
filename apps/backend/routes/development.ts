import { Hono } from "hono";
import { z } from "zod";
import { developmentUserId, signToken, tokenLifetimeSeconds } from "../tokens.ts";
import { readBody } from "./input.ts";

const request = z.strictObject({ user: z.string().trim().min(1).max(100) });

/** The development issuer: a token for any name, without a password. Never on in production. */
export const createDevelopmentRoutes = (secret: string) =>
  new Hono().post("/tokens", async (context) => {
    const { user } = await readBody(context, request);
    const userId = developmentUserId(user);
    return context.json({
      token: await signToken(secret, userId),
      user_id: userId,
      expires_in: tokenLifetimeSeconds,
    });
  });
