import type { ReminderRow } from "./tables.ts";
import { remindAtOf } from "./times.ts";

/** What of a task decides over its reminders. */
export type TaskTimes = { readonly completed: boolean; readonly dueDate: Date | null };

type Planned = Pick<ReminderRow, "type" | "remindAt" | "timeZone" | "status">;

/** What becomes of a reminder when its task changed. */
export type Consequence =
  | { readonly do: "nothing" }
  | {
      readonly do: "set";
      readonly status: "pending" | "cancelled";
      readonly remindAt: Date;
    }
  /** It has fired; another one takes its place, so that each fires once at most. */
  | { readonly do: "replace"; readonly remindAt: Date };

/**
 * The rules of moving and cancelling:
 * - a relative reminder moves with the due date, an exact time stays;
 * - completing the task or taking its due date away cancels what is pending;
 * - one whose new time has passed fires at once while the due date is ahead, else it is cancelled;
 * - a cancelled one comes back when its task is open again and its time is ahead;
 * - one that has fired is replaced when its time moved to a later one that is ahead.
 */
export function consequenceOf(reminder: Planned, task: TaskTimes, now: Date): Consequence {
  const { type, timeZone, status } = reminder;
  const due = task.dueDate;
  if (task.completed || !due) {
    if (status !== "pending") return { do: "nothing" };
    return { do: "set", status: "cancelled", remindAt: reminder.remindAt };
  }
  const remindAt = type === "custom" ? reminder.remindAt : remindAtOf(type, due, timeZone);
  const moved = remindAt.getTime() !== reminder.remindAt.getTime();
  const ahead = remindAt > now;
  if (status === "fired" || status === "sent") {
    return moved && ahead ? { do: "replace", remindAt } : { do: "nothing" };
  }
  if (status === "pending" && !moved) return { do: "nothing" };
  const lives = ahead || (status === "pending" && due > now);
  if (!lives && status === "cancelled" && !moved) return { do: "nothing" };
  return { do: "set", status: lives ? "pending" : "cancelled", remindAt };
}
