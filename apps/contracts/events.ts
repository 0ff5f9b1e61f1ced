import { z } from "zod";
import { id, priority, taskData, timestamp } from "./tasks.ts";
import type { Topic } from "./topics.ts";

/** Carried by the data of every event; both are derived from the envelope by the kit. */
const base = { event_id: id, timestamp, user_id: id };

export const taskEvent = z.object({
  ...base,
  event_type: z.enum(["created", "updated", "completed", "deleted"]),
  task_id: id,
  version: z.int().positive(),
  task_data: taskData,
  metadata: z.object({
    source: z.enum(["api", "chat", "recurring"]),
    correlation_id: z.string(),
  }),
});

export const reminder = z.object({
  ...base,
  reminder_id: id,
  task_id: id,
  title: z.string(),
  due_at: timestamp,
  remind_at: timestamp,
  reminder_type: z.enum(["1_hour_before", "1_day_before", "custom"]),
});

export const notification = z.object({
  ...base,
  notification_id: id,
  reminder_id: id.nullable(),
  kind: z.enum(["reminder", "welcome"]),
  title: z.string(),
  body: z.string(),
  channels: z.array(z.enum(["in_app", "email"])).min(1),
});

export const taskUpdate = z.object({
  ...base,
  update_type: z.enum(["created", "updated", "completed", "deleted"]),
  task: z.object({
    id,
    title: z.string(),
    completed: z.boolean(),
    priority,
    version: z.int().positive(),
  }),
});

export const userEvent = z.object({
  ...base,
  event_type: z.literal("registered"),
  email_hash: z.string(),
});

type EventContract = {
  /** The data of the event; grows only by optional fields within a version. */
  readonly schema: z.ZodObject;
  readonly version: number;
  /** The noun in the CloudEvents type: `com.todo.<noun>.<verb>`. */
  readonly noun: string;
  /** The field of the data that names the verb, or the verb itself where there is only one. */
  readonly verb: { readonly field: string } | { readonly always: string };
  /** The field of the data that the event is about: the CloudEvents subject. */
  readonly subject: (data: never) => string;
};

/** The event of each topic. A topic carries one kind of event. */
export const events = {
  "task-events": {
    schema: taskEvent,
    version: 1,
    noun: "task",
    verb: { field: "event_type" },
    subject: (data: z.infer<typeof taskEvent>) => data.task_id,
  },
  reminders: {
    schema: reminder,
    version: 1,
    noun: "reminder",
    verb: { always: "due" },
    subject: (data: z.infer<typeof reminder>) => data.reminder_id,
  },
  notifications: {
    schema: notification,
    version: 1,
    noun: "notification",
    verb: { always: "created" },
    subject: (data: z.infer<typeof notification>) => data.notification_id,
  },
  "task-updates": {
    schema: taskUpdate,
    version: 1,
    noun: "task-update",
    verb: { field: "update_type" },
    subject: (data: z.infer<typeof taskUpdate>) => data.task.id,
  },
  "user-events": {
    schema: userEvent,
    version: 1,
    noun: "user",
    verb: { field: "event_type" },
    subject: (data: z.infer<typeof userEvent>) => data.user_id,
  },
} as const satisfies Record<Topic, EventContract>;

/** The data of the event that a topic carries. */
export type EventOf<T extends Topic> = z.infer<(typeof events)[T]["schema"]>;

/** What a service hands to its publisher: the event without what the envelope gives it. */
export type NewEvent<T extends Topic> = Omit<EventOf<T>, "event_id" | "timestamp">;

/** `urn:todo-evolution:schema:<topic>:<version>`, the dataschema of an event. */
export const dataSchemaOf = (topic: Topic): string =>
  `urn:todo-evolution:schema:${topic}:${events[topic].version}`;

/** The CloudEvents type of an event, as `com.todo.task.created`. */
export function eventTypeOf<T extends Topic>(topic: T, data: NewEvent<T>): string {
  const { noun, verb }: EventContract = events[topic];
  const word = "always" in verb ? verb.always : (data as Record<string, unknown>)[verb.field];
  return `com.todo.${noun}.${String(word)}`;
}

/** What the event is about, by the topic's contract: the CloudEvents subject. */
export const subjectOf = <T extends Topic>(topic: T, data: NewEvent<T>): string =>
  (events[topic].subject as unknown as (data: NewEvent<T>) => string)(data);
