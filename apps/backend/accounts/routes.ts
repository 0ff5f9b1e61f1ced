import { Hono } from "hono";
import { z } from "zod";
import { id } from "#apps/contracts/tasks.ts";
import { fromSidecarOnly } from "#apps/kit/dapr/tokens.ts";
import { Problem } from "#apps/kit/http/problem.ts";
import type { ShellVariables } from "#apps/kit/http/variables.ts";
import { check } from "../routes/input.ts";
import type { AccountStore } from "./store.ts";

const query = z.object({ user_id: id });

/** Where mail reaches a user: for services that the access list lets in, never for people. */
export const createAddressRoutes = (accounts: AccountStore, appApiToken: string) =>
  new Hono<{ Variables: ShellVariables }>().get(
    "/",
    fromSidecarOnly(appApiToken),
    async (context) => {
      const { user_id } = check(query, context.req.query());
      const email = await accounts.addressOf(user_id);
      if (email === undefined) throw new Problem(404, "Not found", "there is no such account");
      return context.json({ user_id, email });
    },
  );
