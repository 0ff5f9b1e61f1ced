import { eq } from "drizzle-orm";
import { Hono } from "hono";
import { z } from "zod";
import { id } from "#apps/contracts/tasks.ts";
import { fromSidecarOnly } from "#apps/kit/dapr/tokens.ts";
import type { Database } from "#apps/kit/database/connect.ts";
import { Problem } from "#apps/kit/http/problem.ts";
import type { ShellVariables } from "#apps/kit/http/variables.ts";
import { check } from "../routes/input.ts";
import { accounts } from "./tables.ts";

const query = z.object({ user_id: id });

/** Where mail reaches a user: for services that the access list lets in, never for people. */
export const createAddressRoutes = (database: Database, appApiToken: string) =>
  new Hono<{ Variables: ShellVariables }>().get(
    "/",
    fromSidecarOnly(appApiToken),
    async (context) => {
      const { user_id } = check(query, context.req.query());
      const [row] = await database
        .select({ email: accounts.email })
        .from(accounts)
        .where(eq(accounts.id, user_id));
      if (!row) throw new Problem(404, "Not found", "there is no such account");
      return context.json({ user_id, email: row.email });
    },
  );
