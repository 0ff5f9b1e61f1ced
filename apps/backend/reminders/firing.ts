import type { Logger } from "pino";
import { Histogram, type Registry } from "prom-client";
import { z } from "zod";
import type { services } from "#apps/contracts/services.ts";
import { timestamp } from "#apps/contracts/tasks.ts";
import { laneOf } from "#apps/kit/events/outbox.ts";
import type { Callbacks } from "#apps/kit/http/callback-routes.ts";
import { type ReminderScheduler, reminderIdOf } from "./scheduler.ts";
import type { FiredReminder, ReminderStore } from "./store.ts";

export type FiringDeps = {
  readonly store: Pick<ReminderStore, "fire" | "fireNextOverdue">;
  readonly scheduler: Pick<ReminderScheduler, "run">;
  readonly metrics: ReminderMetrics;
  /** Called after a commit, with the lane whose outbox has grown. */
  readonly wake: (lane: number) => void;
};

const jobData = z.object({ remind_at: timestamp });
const atOnce = 4;
/** What one beat fires at most; the next one goes on. */
const mostPerSweep = 2_000;

/** What the sidecar calls for: a job fires its reminder, the sweep whatever has been missed. */
export function createFiring(deps: FiringDeps): Callbacks<(typeof services)["backend"]> {
  let sweeping: Promise<void> | undefined;

  const fired = ({ row, latenessMs }: FiredReminder, by: "job" | "sweep"): void => {
    deps.metrics.lateness.observe({ by }, latenessMs / 1_000);
    deps.wake(laneOf(row.userId));
  };

  async function sweep(log: Logger): Promise<void> {
    let left = mostPerSweep;
    let count = 0;
    const worker = async (): Promise<void> => {
      while (left-- > 0) {
        const one = await deps.store.fireNextOverdue();
        if (!one) return;
        count++;
        fired(one, "sweep");
      }
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
    if (count > 0) log.info({ count }, "the sweep fired reminders");
  }

  return {
    schedules: {
      "reminder-sweep": async ({ log }) => {
        // A beat that comes while one is at work has nothing to add.
        sweeping ??= sweep(log).finally(() => {
          sweeping = undefined;
        });
        // The scheduler may be away for long; nothing that is due waits for it.
        void deps.scheduler.run();
        await sweeping;
      },
    },
    job: async (name, data, { log }) => {
      const id = reminderIdOf(name);
      const parsed = jobData.safeParse(data);
      if (!id || !parsed.success) {
        log.warn({ name }, "a job that is none of ours");
        return;
      }
      const one = await deps.store.fire(id, new Date(parsed.data.remind_at));
      if (one) fired(one, "job");
      else log.debug({ name }, "a job whose reminder has moved, fired or gone");
    },
  };
}

/** How late reminders are: when they fire, and when the user has been notified. In seconds. */
export function createReminderMetrics(registry: Registry) {
  const buckets = [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 30, 60, 300];
  const registers = [registry];
  return {
    lateness: new Histogram({
      name: "reminder_lateness_seconds",
      help: "From the time of a reminder to its firing, by what fired it (job or sweep)",
      labelNames: ["by"],
      buckets,
      registers,
    }),
    delivery: new Histogram({
      name: "reminder_delivery_lateness_seconds",
      help: "From the time of a reminder to its notification being listed",
      buckets,
      registers,
    }),
  };
}

export type ReminderMetrics = ReturnType<typeof createReminderMetrics>;
