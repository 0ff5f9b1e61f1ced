import {
  bigint,
  bigserial,
  index,
  jsonb,
  pgTable,
  smallint,
  text,
  timestamp,
  uuid,
} from "drizzle-orm/pg-core";

/** A table of the last number of each user, as `user_sequences`: see `record` of the outbox. */
export const counterTable = <N extends string>(name: N) =>
  pgTable(name, {
    userId: uuid("user_id").primaryKey(),
    last: bigint("last", { mode: "number" }).notNull(),
  });

/** The last sequence taken by each user: the row whose lock puts a user's changes in order. */
export const userSequences = counterTable("user_sequences");

/** Events written with the change that caused them, until the relay has handed them to Kafka. */
export const outbox = pgTable(
  "outbox",
  {
    id: bigserial("id", { mode: "number" }).primaryKey(),
    lane: smallint("lane").notNull(),
    topic: text("topic").notNull(),
    userId: uuid("user_id").notNull(),
    eventId: uuid("event_id").notNull(),
    type: text("type").notNull(),
    subject: text("subject").notNull(),
    sequence: bigint("sequence", { mode: "number" }).notNull(),
    occurredAt: timestamp("occurred_at", { withTimezone: true, precision: 3 }).notNull(),
    traceparent: text("traceparent").notNull(),
    data: jsonb("data").$type<Record<string, unknown>>().notNull(),
  },
  (table) => [index("outbox_lane_id").on(table.lane, table.id)],
);

export type OutboxRow = typeof outbox.$inferSelect;

/** Ids of the events whose effect is done, kept longer than dead letters can come back. */
export const inbox = pgTable("inbox", {
  eventId: uuid("event_id").primaryKey(),
  receivedAt: timestamp("received_at", { withTimezone: true }).notNull().defaultNow(),
});
