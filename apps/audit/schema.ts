import {
  bigint,
  bigserial,
  index,
  integer,
  jsonb,
  pgTable,
  text,
  timestamp,
  uuid,
} from "drizzle-orm/pg-core";
import type { TaskData } from "#apps/contracts/tasks.ts";

const time = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });

/** The activity log: one row an event, never changed. */
export const activity = pgTable(
  "activity",
  {
    // The natural key of the effect: an event that comes again finds its row.
    eventId: uuid("event_id").primaryKey(),
    /** The order in which this service learnt of the events. */
    position: bigserial("position", { mode: "number" }).notNull(),
    userId: uuid("user_id").notNull(),
    taskId: uuid("task_id").notNull(),
    eventType: text("event_type").notNull(),
    sequence: bigint("sequence", { mode: "number" }).notNull(),
    version: integer("version").notNull(),
    occurredAt: time("occurred_at").notNull(),
    recordedAt: time("recorded_at").notNull().defaultNow(),
    source: text("source").notNull(),
    correlationId: text("correlation_id").notNull(),
    taskData: jsonb("task_data").$type<TaskData>().notNull(),
  },
  (table) => [
    index("activity_user_position").on(table.userId, table.position),
    index("activity_user_task").on(table.userId, table.taskId, table.position),
  ],
);
