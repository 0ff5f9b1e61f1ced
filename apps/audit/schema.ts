import {
  bigint,
  bigserial,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uuid,
} from "drizzle-orm/pg-core";
import type { TaskData } from "#apps/contracts/tasks.ts";

const time = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });

/** What an entry is about: the noun of its event's CloudEvents type. */
export const kinds = ["task", "reminder", "notification", "user"] as const;
export type Kind = (typeof kinds)[number];

/**
 * The activity log: one row an event, never changed. Partitioned by month of `occurred_at`, which
 * the migrations say and `partitions.ts` keeps up.
 */
export const activity = pgTable(
  "activity",
  {
    eventId: uuid("event_id").notNull(),
    /** The order in which this service learnt of the events. */
    position: bigserial("position", { mode: "number" }).notNull(),
    userId: uuid("user_id").notNull(),
    kind: text("kind").$type<Kind>().notNull(),
    /** The task that it is about, or that a reminder was of. */
    taskId: uuid("task_id"),
    eventType: text("event_type").notNull(),
    sequence: bigint("sequence", { mode: "number" }).notNull(),
    version: integer("version"),
    occurredAt: time("occurred_at").notNull(),
    recordedAt: time("recorded_at").notNull().defaultNow(),
    source: text("source").notNull(),
    correlationId: text("correlation_id").notNull(),
    taskData: jsonb("task_data").$type<TaskData>(),
    /** What the event of any other kind says besides. */
    details: jsonb("details").$type<Record<string, unknown>>(),
  },
  (table) => [
    // The natural key of the effect: an event that comes again finds its row. A partitioned table
    // wants the time in it; id and time are of one outbox row, so an id never has two times.
    primaryKey({ columns: [table.eventId, table.occurredAt] }),
    index("activity_user_position").on(table.userId, table.position),
    index("activity_user_task").on(table.userId, table.taskId, table.position),
  ],
);
