import { getTableColumns, sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  customType,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  smallint,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import type { TaskData } from "#apps/contracts/tasks.ts";

export { inbox, outbox, userSequences } from "#apps/kit/events/tables.ts";
export {
  accounts,
  credentials,
  sessions,
  signingKeys,
  verifications,
} from "./accounts/tables.ts";
export { notifications, reminderSequences, reminders } from "./reminders/tables.ts";

const tsvector = customType<{ data: string }>({ dataType: () => "tsvector" });
const time = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });

export const tasks = pgTable(
  "tasks",
  {
    id: uuid("id").primaryKey(),
    userId: uuid("user_id").notNull(),
    title: text("title").notNull(),
    description: text("description").notNull(),
    completed: boolean("completed").notNull().default(false),
    priority: text("priority").$type<TaskData["priority"]>().notNull(),
    tags: text("tags").array().notNull(),
    dueDate: time("due_date"),
    recurring: jsonb("recurring").$type<TaskData["recurring"]>(),
    version: integer("version").notNull().default(1),
    createdAt: time("created_at").notNull(),
    updatedAt: time("updated_at").notNull(),
    // Kept so that a search does not take each text apart; of no language, as the texts are of many.
    search: tsvector("search").generatedAlwaysAs(
      sql`to_tsvector('simple', "title" || ' ' || "description")`,
    ),
  },
  (table) => [
    // Ids are UUIDv7: their order is that of creation.
    index("tasks_user_id").on(table.userId, table.id),
    index("tasks_user_due").on(table.userId, table.dueDate).where(sql`"due_date" is not null`),
  ],
);

const { search: _, ...columns } = getTableColumns(tasks);
/** What a task is read with: all but what only the database itself uses. */
export const taskColumns = columns;

export type TaskRow = Omit<typeof tasks.$inferSelect, "search">;

/** The change feed: every change of a user by its sequence, for clients that catch up. */
export const taskChanges = pgTable(
  "task_changes",
  {
    userId: uuid("user_id").notNull(),
    sequence: bigint("sequence", { mode: "number" }).notNull(),
    taskId: uuid("task_id").notNull(),
    change: text("change").$type<"created" | "updated" | "completed" | "deleted">().notNull(),
    task: jsonb("task").$type<TaskData & { version: number }>().notNull(),
    changedAt: time("changed_at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.sequence] }),
    // Rows lie in the order of their time, which a few pages of this index tell.
    index("task_changes_changed_at").using("brin", table.changedAt),
  ],
);

/** The newest change of each user that the feed does not keep any more. */
export const taskChangeHorizons = pgTable("task_change_horizons", {
  userId: uuid("user_id").primaryKey(),
  sequence: bigint("sequence", { mode: "number" }).notNull(),
});

/** Answers already given, by the Idempotency-Key of their request; kept for 24 hours. */
export const idempotencyKeys = pgTable(
  "idempotency_keys",
  {
    userId: uuid("user_id").notNull(),
    key: text("key").notNull(),
    requestHash: text("request_hash").notNull(),
    status: smallint("status").notNull(),
    body: jsonb("body").$type<unknown>().notNull(),
    headers: jsonb("headers").$type<Record<string, string>>().notNull(),
    createdAt: time("created_at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.key] }),
    index("idempotency_keys_created_at").on(table.createdAt),
  ],
);

/** Which task is which occurrence of its series, kept when the task is gone: each is made once. */
export const occurrences = pgTable(
  "occurrences",
  {
    seriesId: uuid("series_id").notNull(),
    /** 2 and up: the first is the task that began the series. */
    occurrence: integer("occurrence").notNull(),
    userId: uuid("user_id").notNull(),
    taskId: uuid("task_id").notNull(),
    createdAt: time("created_at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.seriesId, table.occurrence] }),
    uniqueIndex("occurrences_task_id").on(table.taskId),
  ],
);
