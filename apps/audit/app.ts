import { z } from "zod";
import type { services } from "#apps/contracts/services.ts";
import { id, timestamp } from "#apps/contracts/tasks.ts";
import { fromSidecarOnly } from "#apps/kit/dapr/tokens.ts";
import type { Handlers } from "#apps/kit/events/subscriptions.ts";
import { invalidInput } from "#apps/kit/http/problem.ts";
import type { Runtime } from "#apps/kit/runtime.ts";
import { entries } from "./entries.ts";
import { kinds } from "./schema.ts";
import { listActivity, recordActivity } from "./store.ts";

type Contract = (typeof services)["audit"];

export type AuditDeps = Pick<Runtime<Contract>, "connection" | "createApp"> & {
  readonly env: Pick<Runtime<Contract>["env"], "APP_API_TOKEN">;
};

const time = timestamp.transform((text) => new Date(text)).optional();

const query = z.object({
  user_id: id,
  task_id: id.optional(),
  /** One kind or several, by commas. */
  kind: z
    .string()
    .transform((text) => text.split(","))
    .pipe(z.array(z.enum(kinds)))
    .optional(),
  from: time,
  to: time,
  cursor: z.coerce.number().int().positive().optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
});

/** Keeps the activity log and answers for it, to callers that its access list lets in. */
export function createApp(deps: AuditDeps) {
  const { database } = deps.connection;
  const handlers: Handlers<Contract> = {
    "task-events": (events) => recordActivity(database, events.map(entries["task-events"])),
    reminders: (events) => recordActivity(database, events.map(entries.reminders)),
    notifications: (events) => recordActivity(database, events.map(entries.notifications)),
    "user-events": (events) => recordActivity(database, events.map(entries["user-events"])),
  };
  const app = deps.createApp(handlers);
  app.get("/activity", fromSidecarOnly(deps.env.APP_API_TOKEN), async (context) => {
    const parsed = query.safeParse(context.req.query());
    if (!parsed.success) throw invalidInput(parsed.error);
    const { user_id, task_id, kind, from, to, cursor, limit } = parsed.data;
    return context.json(
      await listActivity(database, {
        ...{ userId: user_id, taskId: task_id, kinds: kind },
        ...{ from, to, before: cursor, limit },
      }),
    );
  });
  return app;
}
