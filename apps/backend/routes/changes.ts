import { Hono } from "hono";
import { z } from "zod";
import { headsAtOnce } from "#apps/contracts/sync.ts";
import { id } from "#apps/contracts/tasks.ts";
import { fromSidecarOnly } from "#apps/kit/dapr/tokens.ts";
import type { Database } from "#apps/kit/database/connect.ts";
import { readChanges, readHeads } from "../change-feed.ts";
import { check } from "./input.ts";

const query = z.object({
  user_id: id,
  after: z.coerce.number().int().nonnegative().optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});

const headsQuery = z.object({
  user_ids: z
    .string()
    .transform((list) => list.split(","))
    .pipe(z.array(id).max(headsAtOnce)),
});

/** The change feed of any user, for the service that pushes it to them. */
export const createChangeRoutes = (database: Database, appApiToken: string) =>
  new Hono()
    .use(fromSidecarOnly(appApiToken))
    .get("/", async (context) => {
      const { user_id, after, limit } = check(query, context.req.query());
      return context.json(await readChanges(database, { userId: user_id, after, limit }));
    })
    .get("/heads", async (context) => {
      const { user_ids } = check(headsQuery, context.req.query());
      return context.json({ heads: await readHeads(database, user_ids) });
    });
