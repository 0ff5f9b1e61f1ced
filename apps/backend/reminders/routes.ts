import { Hono } from "hono";
import { reasonOf } from "#apps/kit/database/reason.ts";
import type { UserVariables } from "#apps/kit/http/bearer.ts";
import { traceparentOf } from "#apps/kit/http/trace.ts";
import type { ShellVariables } from "#apps/kit/http/variables.ts";
import { readBody, taskIdOf } from "../routes/input.ts";
import type { ReminderScheduler } from "./scheduler.ts";
import type { ReminderStore } from "./store.ts";
import { reminderView, wantedReminders } from "./wanted.ts";

export type ReminderRouteDeps = {
  readonly store: ReminderStore;
  readonly scheduler: Pick<ReminderScheduler, "run" | "forget">;
};

/** The reminders of a task, read and replaced as a whole: `/api/tasks/:id/reminders`. */
export const createReminderRoutes = ({ store, scheduler }: ReminderRouteDeps) =>
  new Hono<{ Variables: ShellVariables & UserVariables }>()
    .get("/:id/reminders", async (context) => {
      const taskId = taskIdOf(context.req.param("id"));
      const rows = await store.list(context.var.userId, taskId);
      return context.json({ reminders: rows.map(reminderView) });
    })
    .put("/:id/reminders", async (context) => {
      const taskId = taskIdOf(context.req.param("id"));
      const { reminders } = await readBody(context, wantedReminders);
      const { userId, trace, log } = context.var;
      const { rows, removed } = await store.replace(
        userId,
        taskId,
        reminders,
        traceparentOf(trace),
      );
      // Nobody waits for the scheduler: what it does not take, the sweep fires.
      void scheduler.run();
      scheduler
        .forget(removed)
        .catch((error) => log.debug({ error: reasonOf(error) }, "jobs not taken back"));
      return context.json({ reminders: rows.map(reminderView) });
    });
