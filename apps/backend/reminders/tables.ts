import { sql } from "drizzle-orm";
import { index, pgTable, text, timestamp, uuid } from "drizzle-orm/pg-core";
import type { EventOf } from "#apps/contracts/events.ts";
import { counterTable } from "#apps/kit/events/tables.ts";

const time = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });

export type ReminderType = EventOf<"reminders">["reminder_type"];
/** `cancelled`: the task is done, or has no due date ahead; it may come back. */
export type ReminderStatus = "pending" | "fired" | "sent" | "cancelled";

/** The reminders of tasks: what the user asked for, and how far each is. */
export const reminders = pgTable(
  "reminders",
  {
    id: uuid("id").primaryKey(),
    taskId: uuid("task_id").notNull(),
    userId: uuid("user_id").notNull(),
    type: text("type").$type<ReminderType>().notNull(),
    remindAt: time("remind_at").notNull(),
    /** The zone in which a day before is counted. */
    timeZone: text("time_zone").notNull(),
    status: text("status").$type<ReminderStatus>().notNull(),
    /** When its time was last set: one that was set too late is only late from then on. */
    setAt: time("set_at").notNull(),
    firedAt: time("fired_at"),
    /** The time for which the scheduler has a job; another one than `remind_at` is to be replaced. */
    scheduledFor: time("scheduled_for"),
    /** The request that set it, which its event goes on from. */
    traceparent: text("traceparent").notNull(),
  },
  (table) => [
    index("reminders_task").on(table.taskId),
    index("reminders_pending").on(table.remindAt).where(sql`status = 'pending'`),
    index("reminders_unscheduled")
      .on(table.remindAt)
      .where(sql`status = 'pending' and scheduled_for is distinct from remind_at`),
  ],
);

export type ReminderRow = typeof reminders.$inferSelect;

/** The last sequence of each user's `reminders` events, which are a stream of their own. */
export const reminderSequences = counterTable("reminder_sequences");

/** What the user is shown in the application; ids are UUIDv7, in the order of making. */
export const notifications = pgTable(
  "notifications",
  {
    id: uuid("id").primaryKey(),
    userId: uuid("user_id").notNull(),
    reminderId: uuid("reminder_id"),
    kind: text("kind").$type<EventOf<"notifications">["kind"]>().notNull(),
    title: text("title").notNull(),
    body: text("body").notNull(),
    createdAt: time("created_at").notNull(),
    readAt: time("read_at"),
  },
  (table) => [index("notifications_user_id").on(table.userId, table.id)],
);

export type NotificationRow = typeof notifications.$inferSelect;
