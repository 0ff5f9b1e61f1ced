import type { Reminder, Task, WantedReminder } from "../api/client.ts";
import type { Fields } from "../outbox/merge.ts";
import { localInput, momentOf, ownTimeZone } from "./dates.ts";
import { type Repeat, repeatOf, ruleOf } from "./recurrence.ts";

/** A task as its form has it: texts as they are typed. */
export type Draft = {
  readonly title: string;
  readonly description: string;
  readonly priority: Task["priority"];
  readonly tags: readonly string[];
  readonly due: string;
  readonly repeat: Repeat;
  readonly timeZone: string;
  readonly hourBefore: boolean;
  readonly dayBefore: boolean;
  /** Exact times, as their fields have them. */
  readonly times: readonly string[];
};

/** What is to be mended before it can be saved, by the field that it is of. */
export type Faults = Partial<Record<"title" | "due" | "repeat" | "times", string>>;

export function draftOf(task: Task, reminders: readonly Reminder[]): Draft {
  const lasting = reminders.filter(({ status }) => status === "pending");
  const has = (type: Reminder["type"]) => lasting.some((one) => one.type === type);
  return {
    ...{ title: task.title, description: task.description, priority: task.priority },
    ...{ tags: task.tags, due: localInput(task.due_date) },
    repeat: repeatOf(task.recurring?.rule),
    timeZone: task.recurring?.time_zone ?? ownTimeZone(),
    hourBefore: has("1_hour_before"),
    dayBefore: has("1_day_before"),
    times: lasting
      .filter(({ type }) => type === "custom")
      .map(({ remind_at }) => localInput(remind_at)),
  };
}

/** The fields of the task that a draft means; a due date that was not touched stays to the second. */
export function fieldsOf(draft: Draft, before: Task | undefined): Fields {
  const rule = ruleOf(draft.repeat);
  const untouched = before !== undefined && localInput(before.due_date) === draft.due;
  return {
    ...{ title: draft.title.trim(), description: draft.description, priority: draft.priority },
    tags: [...draft.tags],
    due_date: untouched ? before.due_date : momentOf(draft.due),
    recurring: rule === undefined ? null : { rule, time_zone: draft.timeZone },
    completed: before?.completed ?? false,
  };
}

/** All reminders that the task is to have. */
export const remindersOf = (draft: Draft): WantedReminder[] => [
  ...(draft.hourBefore ? [{ type: "1_hour_before" as const }] : []),
  ...(draft.dayBefore ? [{ type: "1_day_before" as const, time_zone: draft.timeZone }] : []),
  ...draft.times.flatMap((time) => {
    const remind_at = momentOf(time);
    return remind_at ? [{ type: "custom" as const, remind_at }] : [];
  }),
];

export function faultsOf(draft: Draft, now: Date): Faults {
  const hasDue = momentOf(draft.due) !== null;
  const hasReminder = draft.hourBefore || draft.dayBefore || draft.times.length > 0;
  const rule = ruleOf(draft.repeat);
  const times = draft.times.map(momentOf);
  return {
    ...(draft.title.trim() === "" && { title: "Give the task a title." }),
    ...(!hasDue && rule !== undefined && { due: "A repeated task counts from its due date." }),
    ...(!hasDue && hasReminder && { due: "A reminder wants a due date." }),
    ...(draft.repeat.kind === "own" &&
      !/^FREQ=/.test(rule ?? "") && { repeat: "Write a rule, as FREQ=WEEKLY;BYDAY=MO,TH." }),
    ...(times.some((time) => time !== null && Date.parse(time) <= now.getTime()) && {
      times: "A reminder lies in the past.",
    }),
    ...(new Set(times).size < times.length && { times: "A time is there twice." }),
  };
}
