import { sql } from "drizzle-orm";
import { index, integer, pgTable, text, timestamp, uuid } from "drizzle-orm/pg-core";
import type { EventOf } from "#apps/contracts/events.ts";

export { inbox, outbox, userSequences } from "#apps/kit/events/tables.ts";

const time = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });

/** What users were told; the text is that of the event. */
export const notifications = pgTable("notifications", {
  /** That of the event that it tells of. */
  id: uuid("id").primaryKey(),
  userId: uuid("user_id").notNull(),
  /** One notification for each reminder, however often its event comes. */
  reminderId: uuid("reminder_id").unique(),
  kind: text("kind").$type<EventOf<"notifications">["kind"]>().notNull(),
  title: text("title").notNull(),
  body: text("body").notNull(),
  createdAt: time("created_at").notNull(),
});

export type MailStatus = "pending" | "sent" | "failed";

/**
 * Mail that is to go out, written with its notification. It names the user and not the address,
 * which is asked for when it is sent.
 */
export const mails = pgTable(
  "mails",
  {
    /** That of its notification. */
    id: uuid("id").primaryKey(),
    userId: uuid("user_id").notNull(),
    subject: text("subject").notNull(),
    html: text("html").notNull(),
    status: text("status").$type<MailStatus>().notNull(),
    attempts: integer("attempts").notNull().default(0),
    nextTryAt: time("next_try_at").notNull(),
    /**
     * Until when somebody is sending it. One whose time ran out was perhaps sent: the process died,
     * or the sidecar did not answer.
     */
    claimedUntil: time("claimed_until"),
    createdAt: time("created_at").notNull(),
    sentAt: time("sent_at"),
    traceparent: text("traceparent").notNull(),
  },
  (table) => [index("mails_pending").on(table.nextTryAt).where(sql`status = 'pending'`)],
);

export type MailRow = typeof mails.$inferSelect;
