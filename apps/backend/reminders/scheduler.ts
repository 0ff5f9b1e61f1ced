import { and, asc, eq, gt, inArray, sql } from "drizzle-orm";
import type { Logger } from "pino";
import { z } from "zod";
import type { Jobs } from "#apps/kit/dapr/jobs.ts";
import type { Database } from "#apps/kit/database/connect.ts";
import { reasonOf } from "#apps/kit/database/reason.ts";
import { reminders } from "./tables.ts";

/** The job of a reminder, and the reminder of a job. */
const jobNameOf = (reminderId: string): string => `reminder-${reminderId}`;
export const reminderIdOf = (jobName: string): string | undefined => {
  const id = jobName.startsWith("reminder-") ? jobName.slice("reminder-".length) : "";
  return z.uuid().safeParse(id).success ? id : undefined;
};

const batch = 100;
/** Long enough for most changes to be committed, and then for all. */
const lookAgainMs = [25, 1_000];

/**
 * Keeps a job of the scheduler for each pending reminder. The rows say what is missing, so it can
 * begin at any moment and stop in the middle. While the scheduler is away nothing waits for it: the
 * sweep fires what is due, and asks here again.
 */
export function createReminderScheduler(database: Database, jobs: Jobs, log: Logger) {
  let running: Promise<void> | undefined;
  let again = false;

  /** Brings the jobs into line with the rows; resolves when done, or when the scheduler is away. */
  function run(): Promise<void> {
    if (running) {
      again = true;
      return running;
    }
    running = scheduleAll()
      .catch((error) => log.warn({ error: reasonOf(error) }, "reminders wait for the sweep"))
      .finally(() => {
        running = undefined;
        if (again) {
          again = false;
          void run();
        }
      });
    return running;
  }

  async function scheduleAll(): Promise<void> {
    for (;;) {
      const rows = await database
        .select({ id: reminders.id, remindAt: reminders.remindAt })
        .from(reminders)
        .where(
          and(
            eq(reminders.status, "pending"),
            sql`${reminders.scheduledFor} is distinct from ${reminders.remindAt}`,
            gt(reminders.remindAt, sql`now()`),
          ),
        )
        .orderBy(asc(reminders.remindAt))
        .limit(batch);
      for (const { id, remindAt } of rows) {
        await jobs.schedule(jobNameOf(id), remindAt, { remind_at: remindAt.toISOString() });
        const noted = await database
          .update(reminders)
          .set({ scheduledFor: remindAt })
          .where(and(eq(reminders.id, id), eq(reminders.remindAt, remindAt)))
          .returning({ id: reminders.id });
        // Moved meanwhile, and perhaps scheduled by another replica before us: once more.
        if (noted.length === 0) {
          await database.update(reminders).set({ scheduledFor: null }).where(eq(reminders.id, id));
        }
      }
      if (rows.length < batch) return;
    }
  }

  return {
    run,
    /** A transaction that is about to commit changed reminders. */
    soon: (): void => {
      for (const delayMs of lookAgainMs) setTimeout(run, delayMs).unref();
    },
    /** Takes back the jobs of reminders that are gone; those that stay do no harm. */
    forget: async (ids: readonly string[]): Promise<void> => {
      if (ids.length === 0) return;
      const there = await database
        .select({ id: reminders.id })
        .from(reminders)
        .where(inArray(reminders.id, [...ids]));
      const kept = new Set(there.map(({ id }) => id));
      for (const id of ids.filter((one) => !kept.has(one))) await jobs.delete(jobNameOf(id));
    },
  };
}

export type ReminderScheduler = ReturnType<typeof createReminderScheduler>;
