import { Hono } from "hono";
import { z } from "zod";
import type { services } from "#apps/contracts/services.ts";
import { id } from "#apps/contracts/tasks.ts";
import type { Sidecar } from "#apps/kit/dapr/client.ts";
import { traceparentOf } from "#apps/kit/http/trace.ts";
import type { ShellVariables } from "#apps/kit/http/variables.ts";
import type { UserVariables } from "../tokens.ts";
import { check, paging } from "./input.ts";

const query = paging.extend({
  task_id: id.optional(),
  cursor: z
    .string()
    .regex(/^[1-9]\d{0,14}$/, "is the `next` of an earlier page")
    .optional(),
});

/** What the user did, newest first: asked of the audit service on their behalf. */
export function createActivityRoutes(sidecar: Pick<Sidecar<(typeof services)["backend"]>, "get">) {
  return new Hono<{ Variables: ShellVariables & UserVariables }>().get("/", async (context) => {
    const { limit, cursor, task_id } = check(query, context.req.query());
    const forwarded = new URLSearchParams({ user_id: context.var.userId, limit: String(limit) });
    if (task_id) forwarded.set("task_id", task_id);
    if (cursor) forwarded.set("cursor", cursor);
    const headers = { traceparent: traceparentOf(context.var.trace) };
    return context.json((await sidecar.get("audit", "/activity", forwarded, headers)) as object);
  });
}
