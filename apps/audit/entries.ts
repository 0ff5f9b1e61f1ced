import type { services } from "#apps/contracts/services.ts";
import type { Envelope } from "#apps/kit/events/envelope.ts";
import type { activity } from "./schema.ts";

type Subscribed = keyof (typeof services)["audit"]["subscribes"];

/** A row of the log, but for what the database gives it: position and time of recording. */
export type Entry = Required<
  Omit<typeof activity.$inferInsert, "position" | "recordedAt" | "taskData" | "details">
> &
  Pick<typeof activity.$inferSelect, "taskData" | "details">;

/** The entry of an event of each topic, the same for the same event. */
export const entries: { readonly [T in Subscribed]: (event: Envelope<T>) => Entry } = {
  "task-events": (event) => ({
    ...shared(event),
    kind: "task",
    taskId: event.data.task_id,
    eventType: event.data.event_type,
    version: event.data.version,
    source: event.data.metadata.source,
    correlationId: event.data.metadata.correlation_id,
    taskData: event.data.task_data,
  }),
  reminders: (event) => ({
    ...shared(event),
    kind: "reminder",
    taskId: event.data.task_id,
    eventType: "due",
    details: detailsOf(event.data),
  }),
  notifications: (event) => ({
    ...shared(event),
    kind: "notification",
    eventType: "created",
    details: detailsOf(event.data),
  }),
  "user-events": (event) => ({
    ...shared(event),
    kind: "user",
    eventType: event.data.event_type,
    details: detailsOf(event.data),
  }),
};

const shared = (event: Envelope<Subscribed>) => ({
  eventId: event.id,
  userId: event.data.user_id,
  taskId: null,
  sequence: event.sequence,
  version: null,
  occurredAt: new Date(event.time),
  source: event.source,
  correlationId: event.traceid,
  taskData: null,
  details: null,
});

/** What an event says besides what has a column of its own. */
function detailsOf(data: Record<string, unknown>): Record<string, unknown> {
  const { event_id, timestamp, user_id, task_id, event_type, ...details } = data;
  return details;
}
