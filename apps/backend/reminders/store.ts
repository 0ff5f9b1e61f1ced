import { and, asc, desc, eq, inArray, lte, ne, sql } from "drizzle-orm";
import { uuidv7 } from "uuidv7";
import type { services } from "#apps/contracts/services.ts";
import type { Database } from "#apps/kit/database/connect.ts";
import type { Outbox } from "#apps/kit/events/outbox.ts";
import { Problem } from "#apps/kit/http/problem.ts";
import { type TaskRow, tasks } from "../schema.ts";
import { consequenceOf } from "./plan.ts";
import { type ReminderRow, reminderSequences, reminders } from "./tables.ts";
import { remindAtOf } from "./times.ts";
import { mostReminders, timeOf, type WantedReminder } from "./wanted.ts";

type BackendOutbox = Outbox<(typeof services)["backend"]>;

/** The reminders that a task is to have. */
export type Reminding = {
  readonly userId: string;
  readonly taskId: string;
  readonly wanted: readonly WantedReminder[];
  /** Whether those that it has besides stay; by default it has no others then. */
  readonly besides?: boolean;
  /** W3C traceparent of the request. */
  readonly traceparent: string;
};

export type FiredReminder = { readonly row: ReminderRow; readonly latenessMs: number };

/** Reminders in PostgreSQL, which is the truth: jobs and sweeps only say when to look. */
export function createReminderStore(database: Database, outbox: BackendOutbox) {
  return {
    /** The reminders of a task of the user, the earliest first. */
    list: async (userId: string, taskId: string): Promise<ReminderRow[]> => {
      const owned = and(eq(tasks.id, taskId), eq(tasks.userId, userId));
      const [task] = await database.select({ id: tasks.id }).from(tasks).where(owned);
      if (!task) throw notFound(taskId);
      return listOf(database, taskId);
    },

    /** Makes a task's reminders those given; what is there already stays as it is. */
    set: async ({
      userId,
      taskId,
      wanted,
      besides = false,
      traceparent,
    }: Reminding): Promise<{ rows: ReminderRow[]; removed: string[] }> =>
      database.transaction(async (transaction) => {
        const tx = transaction as unknown as Database;
        const owned = and(eq(tasks.id, taskId), eq(tasks.userId, userId));
        const [task] = await tx.select().from(tasks).where(owned).for("update");
        if (!task) throw notFound(taskId);
        const now = new Date();
        const current = await lockedOf(tx, taskId);
        const zone = task.recurring?.time_zone ?? "UTC";
        const kept = new Set<string>();
        const added = wanted.flatMap((one, index) => {
          const timeZone = one.time_zone ?? zone;
          const at = timeOf(one, task, timeZone);
          const same = current.find(
            (row) =>
              row.status !== "cancelled" &&
              row.type === one.type &&
              row.remindAt.getTime() === at?.getTime(),
          );
          if (same) kept.add(same.id);
          return same ? [] : [{ type: one.type, timeZone, remindAt: ahead(at, task, index, now) }];
        });
        const removed = current.filter(({ id }) => !besides && !kept.has(id)).map(({ id }) => id);
        const pending = current.filter(({ status }) => status === "pending").length;
        if (besides && pending + added.length > mostReminders) {
          const detail = `a task has ${mostReminders} reminders at most, this one ${pending} by now`;
          throw new Problem(409, "Too many reminders", detail);
        }
        if (removed.length > 0) await tx.delete(reminders).where(inArray(reminders.id, removed));
        for (const one of added) {
          await tx.insert(reminders).values({
            ...one,
            ...{ id: uuidv7(), taskId, userId, status: "pending", setAt: now, traceparent },
          });
        }
        return { rows: await listOf(tx, taskId), removed };
      }),

    /** Carries the change of a task over to its reminders; says whether anything is to be rescheduled. */
    follow: async (
      tx: Database,
      task: Pick<TaskRow, "id" | "completed" | "dueDate">,
      isDeleted: boolean,
      traceparent: string,
    ): Promise<boolean> => {
      if (isDeleted) {
        const gone = await tx.delete(reminders).where(eq(reminders.taskId, task.id)).returning();
        return gone.length > 0;
      }
      const now = new Date();
      let changed = false;
      for (const row of await lockedOf(tx, task.id)) {
        const consequence = consequenceOf(row, task, now);
        if (consequence.do === "nothing") continue;
        changed = true;
        const { remindAt } = consequence;
        if (consequence.do === "set") {
          const { status } = consequence;
          const values = { status, remindAt, setAt: now, traceparent };
          await tx.update(reminders).set(values).where(eq(reminders.id, row.id));
          continue;
        }
        await tx.delete(reminders).where(eq(reminders.id, row.id));
        await tx.insert(reminders).values({
          ...{ id: uuidv7(), taskId: row.taskId, userId: row.userId, type: row.type },
          ...{ timeZone: row.timeZone, remindAt, status: "pending", setAt: now, traceparent },
        });
      }
      return changed;
    },

    /**
     * The next task of a series is reminded of as the one before it, by its own due date; exact times
     * were for that one alone. Says whether there is anything to schedule.
     */
    inherit: async (tx: Database, task: TaskRow, traceparent: string): Promise<boolean> => {
      const { recurring, dueDate, userId } = task;
      if (!recurring || !dueDate) return false;
      const inSeries = sql`${tasks.recurring}->>'series_id' = ${recurring.series_id}`;
      const [before] = await tx
        .select({ id: tasks.id })
        .from(tasks)
        .where(and(eq(tasks.userId, userId), ne(tasks.id, task.id), inSeries))
        .orderBy(desc(tasks.id))
        .limit(1);
      const rows = before ? await listOf(tx, before.id) : [];
      const now = new Date();
      const wanted = rows.flatMap(({ type, timeZone }) => {
        const remindAt = type === "custom" ? now : remindAtOf(type, dueDate, timeZone);
        const common = { taskId: task.id, userId, setAt: now, traceparent };
        const values = { id: uuidv7(), type, timeZone, remindAt, ...common };
        return remindAt > now ? [{ ...values, status: "pending" as const }] : [];
      });
      if (wanted.length > 0) await tx.insert(reminders).values(wanted);
      return wanted.length > 0;
    },

    /**
     * Fires one reminder: marks it and stores its event in one transaction, so that it fires once or
     * not at all. Nothing happens unless it is pending for exactly this time.
     */
    fire: (id: string, remindAt: Date): Promise<FiredReminder | undefined> =>
      database.transaction((transaction) =>
        fireWithin(
          transaction as unknown as Database,
          and(eq(reminders.id, id), eq(reminders.remindAt, remindAt)),
        ),
      ),

    /** Fires one of those whose time has passed, if there is one that nobody else is firing. */
    fireNextOverdue: (): Promise<FiredReminder | undefined> =>
      database.transaction(async (transaction) => {
        const tx = transaction as unknown as Database;
        const [next] = await tx
          .select({ id: reminders.id })
          .from(reminders)
          .where(and(eq(reminders.status, "pending"), lte(reminders.remindAt, sql`now()`)))
          .orderBy(asc(reminders.remindAt))
          .limit(1)
          .for("update", { skipLocked: true });
        return next && fireWithin(tx, eq(reminders.id, next.id));
      }),
  };

  async function fireWithin(
    tx: Database,
    which: ReturnType<typeof and>,
  ): Promise<FiredReminder | undefined> {
    const firedAt = new Date();
    const [row] = await tx
      .update(reminders)
      .set({ status: "fired", firedAt })
      .where(and(which, eq(reminders.status, "pending")))
      .returning();
    if (!row) return undefined;
    const [task] = await tx.select().from(tasks).where(eq(tasks.id, row.taskId));
    // Both change together under the task's lock; should they not, there is nothing to remind of.
    if (!task?.dueDate || task.completed) {
      await tx.update(reminders).set({ status: "cancelled" }).where(eq(reminders.id, row.id));
      return undefined;
    }
    const { userId, traceparent } = row;
    const data = {
      user_id: userId,
      reminder_id: row.id,
      task_id: row.taskId,
      title: task.title,
      due_at: task.dueDate.toISOString(),
      remind_at: row.remindAt.toISOString(),
      reminder_type: row.type,
    };
    const publications = [{ topic: "reminders", data } as const];
    const change = { userId, occurredAt: firedAt, traceparent, publications };
    // A stream of its own: see DECISIONS, 49.
    await outbox.record(tx, [change], { counter: reminderSequences });
    return { row, latenessMs: latenessOf(row, firedAt) };
  }
}

export type ReminderStore = ReturnType<typeof createReminderStore>;

/** How late something happens to a reminder; one that was set too late is late from then on only. */
export const latenessOf = (
  { remindAt, setAt }: Pick<ReminderRow, "remindAt" | "setAt">,
  now: Date,
): number => Math.max(0, now.getTime() - Math.max(remindAt.getTime(), setAt.getTime()));

const listOf = (database: Database, taskId: string): Promise<ReminderRow[]> =>
  database
    .select()
    .from(reminders)
    .where(eq(reminders.taskId, taskId))
    .orderBy(asc(reminders.remindAt), asc(reminders.id));

/** In one order for everyone, as whoever fires holds the lock of one of them. */
const lockedOf = (tx: Database, taskId: string): Promise<ReminderRow[]> =>
  tx
    .select()
    .from(reminders)
    .where(eq(reminders.taskId, taskId))
    .orderBy(asc(reminders.id))
    .for("update");

/** Refuses what could not remind any more, naming the field. */
function ahead(at: Date | undefined, task: TaskRow, index: number, now: Date): Date {
  if (task.completed) throw new Problem(409, "Completed", "a completed task has no reminders");
  if (!task.dueDate || !at) {
    throw new Problem(409, "No due date", "only a task with a due date has reminders");
  }
  if (at > now) return at;
  const message = `would have been due at ${at.toISOString()}, which has passed`;
  const field = `reminders.${index}`;
  throw new Problem(400, "Invalid input", `${field}: ${message}`, [{ field, message }]);
}

const notFound = (taskId: string): Problem =>
  new Problem(404, "Not found", `there is no task ${taskId}`);
