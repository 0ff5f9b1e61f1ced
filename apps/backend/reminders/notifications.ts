import { and, desc, eq, isNull, lt, sql } from "drizzle-orm";
import { Hono } from "hono";
import { z } from "zod";
import { id } from "#apps/contracts/tasks.ts";
import type { Database } from "#apps/kit/database/connect.ts";
import type { Envelope } from "#apps/kit/events/envelope.ts";
import type { UserVariables } from "#apps/kit/http/identity.ts";
import { Problem } from "#apps/kit/http/problem.ts";
import type { ShellVariables } from "#apps/kit/http/variables.ts";
import { check, paging } from "../routes/input.ts";
import type { ReminderMetrics } from "./firing.ts";
import { latenessOf } from "./store.ts";
import { type NotificationRow, notifications, reminders } from "./tables.ts";

/** Lists a notification for its user and marks its reminder sent, in the event's transaction. */
export async function listNotification(
  tx: Database,
  { data, time }: Envelope<"notifications">,
  metrics: ReminderMetrics,
): Promise<void> {
  await tx
    .insert(notifications)
    .values({
      id: data.notification_id,
      userId: data.user_id,
      reminderId: data.reminder_id,
      kind: data.kind,
      title: data.title,
      body: data.body,
      createdAt: new Date(time),
    })
    .onConflictDoNothing();
  if (!data.reminder_id) return;
  const [sent] = await tx
    .update(reminders)
    .set({ status: "sent" })
    .where(and(eq(reminders.id, data.reminder_id), eq(reminders.status, "fired")))
    .returning();
  if (sent) metrics.delivery.observe(latenessOf(sent, new Date()) / 1_000);
}

/** What the notifications of a user may be asked for. */
export const notificationQuery = paging.extend({
  cursor: id.optional().describe("The `next` of the page before"),
  unread: z.enum(["true", "false"]).default("false").describe("Only those that were not read yet"),
});

/** The notifications of the authenticated user, newest first, and marking them read. */
export const createNotificationRoutes = (database: Database) =>
  new Hono<{ Variables: ShellVariables & UserVariables }>()
    .get("/", async (context) => {
      const { limit, cursor, unread } = check(notificationQuery, context.req.query());
      const rows = await database
        .select()
        .from(notifications)
        .where(
          and(
            eq(notifications.userId, context.var.userId),
            cursor ? lt(notifications.id, cursor) : undefined,
            unread === "true" ? isNull(notifications.readAt) : undefined,
          ),
        )
        .orderBy(desc(notifications.id))
        .limit(limit + 1);
      const page = rows.slice(0, limit);
      const next = rows.length > limit ? (page.at(-1)?.id ?? null) : null;
      return context.json({ notifications: page.map(notificationView), next });
    })
    .post("/:id/read", async (context) => {
      const asked = id.safeParse(context.req.param("id"));
      if (!asked.success) throw new Problem(404, "Not found", "a notification id is a UUID");
      const [row] = await database
        .update(notifications)
        // Read once: later reads leave the first time.
        .set({ readAt: sql`coalesce(${notifications.readAt}, now())` })
        .where(and(eq(notifications.id, asked.data), eq(notifications.userId, context.var.userId)))
        .returning();
      if (!row) throw new Problem(404, "Not found", `there is no notification ${asked.data}`);
      return context.json(notificationView(row));
    });

const notificationView = (row: NotificationRow) => ({
  id: row.id,
  kind: row.kind,
  title: row.title,
  body: row.body,
  reminder_id: row.reminderId,
  created_at: row.createdAt.toISOString(),
  read_at: row.readAt?.toISOString() ?? null,
});
