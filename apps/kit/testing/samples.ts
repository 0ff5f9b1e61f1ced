import { pino } from "pino";
import type { NewEvent } from "#apps/contracts/events.ts";
import type { Topic } from "#apps/contracts/topics.ts";
import { envelopeOf } from "#apps/kit/events/envelope.ts";
import type { OutboxRow } from "#apps/kit/events/tables.ts";

/** A log that says nothing. */
export const silentLog = pino({ level: "silent" });

export const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

/** A valid UUID for each number, so that tests can name users, tasks and events by number. */
export const uuidOf = (number: number): string =>
  `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;

const user_id = uuidOf(1);
const task_id = uuidOf(100);

/** A valid event of each topic, of user 1 about task 100. */
export const samples = {
  "task-events": {
    user_id,
    event_type: "created",
    task_id,
    version: 1,
    task_data: {
      title: "Water the plants",
      description: "",
      completed: false,
      priority: "medium",
      tags: ["home"],
      due_date: "2026-01-31T09:00:00.000Z",
      recurring: null,
    },
    metadata: { source: "api", correlation_id: "a request" },
  },
  reminders: {
    user_id,
    reminder_id: uuidOf(200),
    task_id,
    title: "Water the plants",
    due_at: "2026-01-31T09:00:00.000Z",
    remind_at: "2026-01-31T08:00:00.000Z",
    reminder_type: "1_hour_before",
  },
  notifications: {
    user_id,
    notification_id: uuidOf(300),
    reminder_id: uuidOf(200),
    kind: "reminder",
    title: "Due soon",
    body: "Water the plants",
    channels: ["in_app"],
  },
  "task-updates": {
    user_id,
    update_type: "created",
    task: {
      id: task_id,
      title: "Water the plants",
      completed: false,
      priority: "medium",
      version: 1,
    },
  },
  "user-events": { user_id, event_type: "registered", email_hash: "5f4dcc3b" },
} satisfies { [T in Topic]: NewEvent<T> } as { [T in Topic]: NewEvent<T> };

/** A row of the outbox: by default the first change of user 1, on `task-events`. */
export const sampleRow = (changes: Partial<OutboxRow> = {}): OutboxRow => ({
  id: 1,
  lane: 0,
  topic: "task-events",
  userId: user_id,
  eventId: uuidOf(1_000 + (changes.id ?? 1)),
  type: "com.todo.task.created",
  subject: task_id,
  sequence: 1,
  occurredAt: new Date("2026-01-30T12:00:00.123Z"),
  traceparent,
  data: samples["task-events"],
  ...changes,
});

/** The bytes of an event as the broker has them. */
export const sampleBytes = (topic: Topic, changes: Partial<OutboxRow> = {}): Uint8Array =>
  bytesOf(envelopeOf(sampleRow({ topic, data: samples[topic], ...changes }), "test"));

export const bytesOf = (value: unknown): Uint8Array =>
  new TextEncoder().encode(JSON.stringify(value));

/** Random numbers in [0, 1) that are the same for the same seed (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
