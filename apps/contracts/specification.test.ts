import { describe, expect, test } from "vitest";
import { schedules } from "./dapr.ts";
import { dataSchemaOf, events, eventTypeOf, type NewEvent } from "./events.ts";
import { type AppId, appIds, contractOf, deadLettersOf, type ServiceContract } from "./services.ts";
import { deadLetterContract, type Topic, topics } from "./topics.ts";

// What the system is, written down a second time: everything else follows from the map, so that a
// row that is lost there would be lost everywhere without a word. What is added is no concern here.

type Row = Partial<Omit<ServiceContract, "port" | "env" | "background">>;

const nothing = { publishes: [], subscribes: {}, invokes: {}, state: false, database: false };

const rows: Record<string, Row> = {
  backend: {
    publicPaths: ["/api", "/mcp", "/openapi.json", "/docs"],
    publishes: ["task-events", "task-updates", "reminders", "user-events"],
    subscribes: { notifications: "transactional" },
    invokes: { audit: [{ method: "GET", path: "/activity" }] },
    state: true,
    redis: true,
    // Not in the specification's table: the link to a new password, see DECISIONS, 122.
    bindings: ["mail"],
    schedules: ["reminder-sweep"],
    jobs: true,
    database: true,
  },
  notification: {
    publicPaths: [],
    publishes: ["notifications"],
    subscribes: { reminders: "transactional", "user-events": "transactional" },
    invokes: { backend: [{ method: "GET", path: "/addresses" }] },
    state: false,
    bindings: ["mail"],
    database: true,
  },
  recurring: {
    ...nothing,
    publicPaths: [],
    subscribes: { "task-events": "idempotent-call" },
    invokes: { backend: [{ method: "POST", path: "/internal/occurrences" }] },
  },
  audit: {
    ...nothing,
    publicPaths: [],
    subscribes: {
      "task-events": "unique-key",
      reminders: "unique-key",
      notifications: "unique-key",
      "user-events": "unique-key",
    },
    database: true,
  },
  sync: {
    ...nothing,
    publicPaths: ["/ws"],
    subscribes: { "task-updates": "ephemeral", notifications: "ephemeral" },
    invokes: {
      backend: [
        { method: "GET", path: "/changes" },
        { method: "GET", path: "/changes/heads" },
        // Not in the specification's table: who a client is, see DECISIONS, 113.
        { method: "POST", path: "/identities" },
      ],
    },
    redis: true,
    leastReplicas: 2,
  },
  web: {
    ...nothing,
    publicPaths: [
      "/",
      "/assets",
      "/sw.js",
      "/tasks",
      "/inbox",
      "/history",
      "/sign-in",
      "/register",
      "/forgot-password",
      "/reset-password",
    ],
  },
};

test.each(Object.entries(rows))(
  "%s publishes, subscribes, calls and keeps what the specification says",
  (appId, row) => {
    expect(appIds).toContain(appId);
    const { port: _, env: __, background: ___, ...declared } = contractOf(appId as AppId);
    expect(declared).toEqual(row);
  },
);

test("nobody who answers requests is in the background, and all who only work off events are", () => {
  const answering = appIds.filter((appId) => !contractOf(appId).background);
  expect(answering).toEqual(["backend", "web"]);
});

test("the sweep for what was missed comes four times a minute", () => {
  expect(schedules["reminder-sweep"]).toEqual({ everySeconds: 15 });
});

const days = (count: number) => count * 86_400_000;

describe("the topics are those of the specification", () => {
  test.each([
    ["task-events", 3, 12, days(7)],
    ["reminders", 1, 6, days(1)],
    ["notifications", 3, 6, days(1)],
    ["task-updates", 3, 12, days(1) / 24],
    ["user-events", 3, 3, days(7)],
  ] as const)(
    "%s has %i partitions in dev, %i in prod, and is kept %i ms",
    (topic, dev, prod, ms) => {
      expect(topics[topic]).toMatchObject({ partitions: { dev, prod }, retentionMs: ms });
    },
  );

  test("with a topic of dead letters for each consumer that keeps something", () => {
    expect(deadLetterContract).toMatchObject({
      partitions: { dev: 1, prod: 3 },
      retentionMs: days(30),
    });
    const expected = [
      "notifications.audit.dlq",
      "notifications.backend.dlq",
      "reminders.audit.dlq",
      "reminders.notification.dlq",
      "task-events.audit.dlq",
      "task-events.recurring.dlq",
      "user-events.audit.dlq",
      "user-events.notification.dlq",
    ];
    expect(appIds.flatMap(deadLettersOf)).toEqual(expect.arrayContaining(expected));
  });
});

describe("the events are those of the specification", () => {
  const common = ["event_id", "timestamp", "user_id"];
  test.each<[Topic, string[], object, string]>([
    [
      "task-events",
      ["event_type", "task_id", "version", "task_data", "metadata"],
      { event_type: "completed" },
      "com.todo.task.completed",
    ],
    [
      "reminders",
      ["reminder_id", "task_id", "title", "due_at", "remind_at", "reminder_type"],
      {},
      "com.todo.reminder.due",
    ],
    [
      "notifications",
      ["notification_id", "reminder_id", "kind", "title", "body", "channels"],
      {},
      "com.todo.notification.created",
    ],
    [
      "task-updates",
      ["update_type", "task"],
      { update_type: "deleted" },
      "com.todo.task-update.deleted",
    ],
    [
      "user-events",
      ["event_type", "email_hash"],
      { event_type: "registered" },
      "com.todo.user.registered",
    ],
  ])("the data of %s has %j besides what all have", (topic, fields, data, type) => {
    const shape = events[topic].schema.shape as Record<string, Field>;
    for (const field of [...common, ...fields]) {
      expect(shape[field]?.safeParse(undefined).success, field).toBe(false);
    }
    expect(eventTypeOf(topic, data as NewEvent<Topic>)).toBe(type);
    expect(dataSchemaOf(topic)).toBe(`urn:todo-evolution:schema:${topic}:1`);
  });

  test.each<[Topic, string, readonly string[]]>([
    ["task-events", "event_type", ["created", "updated", "completed", "deleted"]],
    ["task-updates", "update_type", ["created", "updated", "completed", "deleted"]],
    ["reminders", "reminder_type", ["1_hour_before", "1_day_before", "custom"]],
    ["notifications", "kind", ["reminder", "welcome"]],
    ["user-events", "event_type", ["registered"]],
  ])("%s have of %s: %j", (topic, field, words) => {
    const shape = events[topic].schema.shape as Record<string, Field>;
    for (const word of words) expect(shape[field]?.safeParse(word).success, word).toBe(true);
    expect(shape[field]?.safeParse("other").success).toBe(false);
  });

  test("a task event says all of the task, and where the change came from", () => {
    const { task_data, metadata } = events["task-events"].schema.shape;
    const fields = ["title", "description", "completed", "priority", "tags", "due_date"];
    expect(Object.keys(task_data.shape)).toEqual(expect.arrayContaining([...fields, "recurring"]));
    for (const source of ["api", "chat", "recurring"]) {
      expect(metadata.safeParse({ source, correlation_id: "a request" }).success, source).toBe(
        true,
      );
    }
    expect(metadata.safeParse({ source: "elsewhere", correlation_id: "" }).success).toBe(false);
  });
});

type Field = { readonly safeParse: (value: unknown) => { readonly success: boolean } };
