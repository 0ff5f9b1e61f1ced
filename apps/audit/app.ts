import { z } from "zod";
import type { services } from "#apps/contracts/services.ts";
import { id } from "#apps/contracts/tasks.ts";
import { fromSidecarOnly } from "#apps/kit/dapr/tokens.ts";
import type { Handlers } from "#apps/kit/events/subscriptions.ts";
import { invalidInput } from "#apps/kit/http/problem.ts";
import type { Runtime } from "#apps/kit/runtime.ts";
import { listActivity, recordActivity } from "./store.ts";

type Contract = (typeof services)["audit"];

export type AuditDeps = Pick<Runtime<Contract>, "connection" | "createApp"> & {
  readonly env: Pick<Runtime<Contract>["env"], "APP_API_TOKEN">;
};

const query = z.object({
  user_id: id,
  task_id: id.optional(),
  cursor: z.coerce.number().int().positive().optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
});

/** Keeps the activity log and answers for it, to callers that its access list lets in. */
export function createApp(deps: AuditDeps) {
  const { database } = deps.connection;
  const handlers: Handlers<Contract> = {
    "task-events": (event) => recordActivity(database, event),
  };
  const app = deps.createApp(handlers);
  app.get("/activity", fromSidecarOnly(deps.env.APP_API_TOKEN), async (context) => {
    const parsed = query.safeParse(context.req.query());
    if (!parsed.success) throw invalidInput(parsed.error);
    const { user_id, task_id, cursor, limit } = parsed.data;
    const asked = { userId: user_id, taskId: task_id, before: cursor, limit };
    return context.json(await listActivity(database, asked));
  });
  return app;
}
