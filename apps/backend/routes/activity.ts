import { Hono } from "hono";
import { z } from "zod";
import type { services } from "#apps/contracts/services.ts";
import { id, timestamp } from "#apps/contracts/tasks.ts";
import type { Sidecar } from "#apps/kit/dapr/client.ts";
import type { UserVariables } from "#apps/kit/http/identity.ts";
import type { ShellVariables } from "#apps/kit/http/variables.ts";
import { check, paging } from "./input.ts";

/** What the log of activity may be asked for. */
export const activityQuery = paging.extend({
  task_id: id.optional().describe("Only what was done to this task"),
  kind: z
    .string()
    .regex(/^(task|reminder|notification|user)(,(task|reminder|notification|user))*$/, {
      message: "is one or several of task, reminder, notification, user, by commas",
    })
    .optional()
    .describe("Only of these kinds, by commas"),
  from: timestamp.optional().describe("At this time or later"),
  to: timestamp.optional().describe("Before this time"),
  cursor: z
    .string()
    .regex(/^[1-9]\d{0,14}$/, "is the `next` of an earlier page")
    .optional()
    .describe("The `next` of the page before"),
});

type ActivityQuery = z.infer<typeof activityQuery>;

/** What happened to a user, newest first: asked of the audit service on their behalf. */
export const createActivityReader =
  (sidecar: Pick<Sidecar<(typeof services)["backend"]>, "get">) =>
  async (userId: string, { limit, ...filters }: ActivityQuery): Promise<object> => {
    const forwarded = new URLSearchParams({ user_id: userId, limit: String(limit) });
    for (const [name, value] of Object.entries(filters)) if (value) forwarded.set(name, value);
    return (await sidecar.get("audit", "/activity", forwarded)) as object;
  };

export type ReadActivity = ReturnType<typeof createActivityReader>;

/** The log of the authenticated user. */
export const createActivityRoutes = (readActivity: ReadActivity) =>
  new Hono<{ Variables: ShellVariables & UserVariables }>().get("/", async (context) => {
    const query = check(activityQuery, context.req.query());
    return context.json(await readActivity(context.var.userId, query));
  });
