import type { Logger } from "pino";
import { reasonOf } from "#apps/kit/database/reason.ts";
import type { ReminderScheduler } from "./scheduler.ts";
import type { ReminderStore, Reminding } from "./store.ts";
import type { ReminderRow } from "./tables.ts";

export type SetRemindersDeps = {
  readonly store: Pick<ReminderStore, "set">;
  readonly scheduler: Pick<ReminderScheduler, "run" | "forget">;
  readonly log: Logger;
};

/** Sets reminders of a task, whoever asks for it; resolves to all that it has then. */
export const createSetReminders =
  ({ store, scheduler, log }: SetRemindersDeps) =>
  async (reminding: Reminding): Promise<ReminderRow[]> => {
    const { rows, removed } = await store.set(reminding);
    // Nobody waits for the scheduler: what it does not take, the sweep fires.
    void scheduler.run();
    scheduler
      .forget(removed)
      .catch((error) => log.debug({ error: reasonOf(error) }, "jobs not taken back"));
    return rows;
  };

export type SetReminders = ReturnType<typeof createSetReminders>;
