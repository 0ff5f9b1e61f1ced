import { Hono } from "hono";
import type { UserVariables } from "#apps/kit/http/identity.ts";
import { traceparentOf } from "#apps/kit/http/trace.ts";
import type { ShellVariables } from "#apps/kit/http/variables.ts";
import { readBody, taskIdOf } from "../routes/input.ts";
import type { SetReminders } from "./set.ts";
import type { ReminderStore } from "./store.ts";
import { reminderView, wantedReminders } from "./wanted.ts";

export type ReminderRouteDeps = {
  readonly store: Pick<ReminderStore, "list">;
  readonly setReminders: SetReminders;
};

/** The reminders of a task, read and replaced as a whole: `/api/tasks/:id/reminders`. */
export const createReminderRoutes = ({ store, setReminders }: ReminderRouteDeps) =>
  new Hono<{ Variables: ShellVariables & UserVariables }>()
    .get("/:id/reminders", async (context) => {
      const taskId = taskIdOf(context.req.param("id"));
      const rows = await store.list(context.var.userId, taskId);
      return context.json({ reminders: rows.map(reminderView) });
    })
    .put("/:id/reminders", async (context) => {
      const taskId = taskIdOf(context.req.param("id"));
      const { reminders } = await readBody(context, wantedReminders);
      const { userId, trace } = context.var;
      const traceparent = traceparentOf(trace);
      const rows = await setReminders({ userId, taskId, wanted: reminders, traceparent });
      return context.json({ reminders: rows.map(reminderView) });
    });
