import { Hono } from "hono";
import { z } from "zod";
import type { services } from "#apps/contracts/services.ts";
import { id, timestamp } from "#apps/contracts/tasks.ts";
import type { Sidecar } from "#apps/kit/dapr/client.ts";
import type { UserVariables } from "#apps/kit/http/bearer.ts";
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

/** What happened to the user, newest first: asked of the audit service on their behalf. */
export function createActivityRoutes(sidecar: Pick<Sidecar<(typeof services)["backend"]>, "get">) {
  return new Hono<{ Variables: ShellVariables & UserVariables }>().get("/", async (context) => {
    const { limit, ...filters } = check(activityQuery, context.req.query());
    const forwarded = new URLSearchParams({ user_id: context.var.userId, limit: String(limit) });
    for (const [name, value] of Object.entries(filters)) if (value) forwarded.set(name, value);
    return context.json((await sidecar.get("audit", "/activity", forwarded)) as object);
  });
}
