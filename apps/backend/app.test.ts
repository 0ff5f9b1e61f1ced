import { sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { AwayError } from "#apps/kit/database/away.ts";
import { createTestDatabase, type TestDatabase } from "#apps/kit/testing/database.ts";
import { uuidOf } from "#apps/kit/testing/samples.ts";
import { bearerOf } from "./accounts/testing.ts";
import { createApp } from "./app.ts";
import { forgetOldAnswers } from "./idempotency.ts";
import * as tables from "./schema.ts";
import { backendDeps } from "./testing/deps.ts";

const alice = uuidOf(900);
let database: TestDatabase;
let authorization: string;
const wake = vi.fn();
const get = vi.fn();

beforeAll(async () => {
  database = await createTestDatabase(tables);
});
beforeEach(async () => {
  await database.clear();
  authorization = await bearerOf(database.database, alice);
});
afterAll(() => database.close());

function app() {
  return createApp(
    backendDeps(database.database, {
      env: { RATE_LIMITS: "user=1000/60", ALLOWED_ORIGINS: "" },
      sidecar: { get, post: vi.fn(), publishBulk: vi.fn(), sendDeadLetter: vi.fn() },
      relay: { wake, backlog: vi.fn(), stop: vi.fn() },
    }),
  );
}

const send = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
  app().request(path, {
    method,
    headers: { authorization, ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });

async function created(title = "Write tests"): Promise<{ id: string; version: number }> {
  const response = await send("POST", "/api/tasks", { title });
  expect(response.status).toBe(201);
  return (await response.json()) as { id: string; version: number };
}

const outboxRows = () => database.database.select().from(tables.outbox).orderBy(tables.outbox.id);

describe("a change", () => {
  test("is stored with its feed row and one event a topic, under one sequence", async () => {
    const task = await created();
    expect(await outboxRows()).toMatchObject([
      { topic: "task-events", type: "com.todo.task.created", subject: task.id, sequence: 1 },
      { topic: "task-updates", type: "com.todo.task-update.created", sequence: 1 },
    ]);
    expect(await database.database.select().from(tables.taskChanges)).toMatchObject([
      { userId: alice, sequence: 1, change: "created", taskId: task.id },
    ]);
    expect(wake).toHaveBeenCalled();
  });

  test("goes on in the trace of its request", async () => {
    const traceId = "0af7651916cd43dd8448eb211c80319c";
    const traceparent = `00-${traceId}-b7ad6b7169203331-01`;
    await send("POST", "/api/tasks", { title: "Traced" }, { traceparent });
    const [row] = await outboxRows();
    expect(row?.traceparent).toContain(traceId);
    expect(row?.traceparent).not.toContain("b7ad6b7169203331");
  });

  test("that is refused leaves nothing behind", async () => {
    const { id } = await created();
    const before = (await outboxRows()).length;
    const refused = await send("PATCH", `/api/tasks/${id}`, { title: "x" }, { "if-match": '"7"' });
    expect(refused.status).toBe(412);
    expect(await outboxRows()).toHaveLength(before);
  });

  test("of a completed task to completed is none", async () => {
    const { id } = await created();
    await send("POST", `/api/tasks/${id}/complete`);
    const before = (await outboxRows()).length;
    const again = await send("POST", `/api/tasks/${id}/complete`);
    expect(again.headers.get("etag")).toBe('"2"');
    expect(await outboxRows()).toHaveLength(before);
  });
});

describe("a patch", () => {
  const patch = async (id: string, body: object) =>
    (await (await send("PATCH", `/api/tasks/${id}`, body)).json()) as Record<string, unknown>;
  const types = async () => (await outboxRows()).map(({ type }) => type.split(".").at(-1));

  test("completes a task and opens it again, each a change of its own kind", async () => {
    const { id } = await created();
    expect(await patch(id, { completed: true })).toMatchObject({ completed: true, version: 2 });
    expect(await patch(id, { completed: true })).toMatchObject({ completed: true, version: 2 });
    expect(await patch(id, { completed: false })).toMatchObject({ completed: false, version: 3 });
    expect(await types()).toEqual(
      ["created", "completed", "updated"].flatMap((kind) => [kind, kind]),
    );
  });

  test("of a recurrence keeps its series, until it was taken away", async () => {
    const due_date = "2031-01-01T00:00:00.000Z";
    const recurring = { rule: "FREQ=DAILY", time_zone: "Europe/Berlin" };
    const response = await send("POST", "/api/tasks", { title: "Daily", due_date, recurring });
    const task = (await response.json()) as { id: string; recurring: { series_id: string } };
    expect(task.recurring).toMatchObject(recurring);
    const weekly = { ...recurring, rule: "FREQ=WEEKLY" };
    const { series_id } = task.recurring;
    expect(await patch(task.id, { recurring: weekly })).toMatchObject({
      recurring: { ...weekly, series_id },
    });
    expect(await patch(task.id, { recurring: null })).toMatchObject({ recurring: null });
    const again = await patch(task.id, { recurring });
    expect((again.recurring as { series_id: string }).series_id).not.toBe(series_id);
    const refused = await send("PATCH", `/api/tasks/${task.id}`, { due_date: null });
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({ errors: [{ field: "recurring" }] });
  });
});

describe("an Idempotency-Key", () => {
  const key = { "idempotency-key": "once" };

  test("gives the first answer again to the same request", async () => {
    const first = await send("POST", "/api/tasks", { title: "Once" }, key);
    const second = await send("POST", "/api/tasks", { title: "Once" }, key);
    expect(second.status).toBe(201);
    expect(second.headers.get("idempotency-replayed")).toBe("true");
    expect(await second.json()).toEqual(await first.json());
    expect(await database.database.select().from(tables.tasks)).toHaveLength(1);
  });

  test("is refused for another request", async () => {
    await send("POST", "/api/tasks", { title: "Once" }, key);
    expect((await send("POST", "/api/tasks", { title: "Twice" }, key)).status).toBe(422);
  });

  test("is forgotten after 24 hours by the database's clock, and not before", async () => {
    const aged = (interval: string) =>
      database.database
        .update(tables.idempotencyKeys)
        .set({ createdAt: sql`now() - ${interval}::interval` });
    const send_ = () => send("POST", "/api/tasks", { title: "Once" }, key);
    await send_();
    await aged("23 hours 59 minutes");
    await forgetOldAnswers(database.database);
    expect((await send_()).headers.get("idempotency-replayed")).toBe("true");
    await aged("24 hours 1 minute");
    expect((await send_()).headers.has("idempotency-replayed")).toBe(false);
    await aged("24 hours 1 minute");
    await forgetOldAnswers(database.database);
    expect(await database.database.select().from(tables.idempotencyKeys)).toEqual([]);
  });

  test("is good for an answer without a body as well", async () => {
    const { id } = (await (await send("POST", "/api/tasks", { title: "Gone" })).json()) as {
      id: string;
    };
    const remove = () => send("DELETE", `/api/tasks/${id}`, undefined, key);
    expect((await remove()).status).toBe(204);
    const again = await remove();
    expect(again.status).toBe(204);
    expect(again.headers.get("idempotency-replayed")).toBe("true");
    expect(await again.text()).toBe("");
  });

  test("has 1 to 255 characters", async () => {
    const long = { "idempotency-key": "k".repeat(256) };
    expect((await send("POST", "/api/tasks", { title: "Long" }, long)).status).toBe(400);
  });

  test("can be used again when the request failed", async () => {
    expect((await send("PATCH", `/api/tasks/${alice}`, { title: "x" }, key)).status).toBe(404);
    expect((await send("POST", "/api/tasks", { title: "Once" }, key)).status).toBe(201);
  });
});

describe("input", () => {
  test.each([
    ["an empty title", { title: " " }, "title"],
    ["half a surrogate pair", { title: "\ud800" }, "title"],
    ["a NUL", { title: "a", description: "\0" }, "description"],
    [
      "a recurrence without a due date",
      { title: "a", recurring: { rule: "FREQ=DAILY", time_zone: "UTC" } },
      "recurring",
    ],
    [
      "a rule that is none",
      {
        title: "a",
        due_date: "2031-01-01T00:00:00Z",
        recurring: { rule: "FREQ=SECONDLY", time_zone: "UTC" },
      },
      "recurring.rule",
    ],
    [
      "a time zone that is none",
      {
        title: "a",
        due_date: "2031-01-01T00:00:00Z",
        recurring: { rule: "FREQ=DAILY", time_zone: "Mars/Olympus" },
      },
      "recurring.time_zone",
    ],
    ["an unknown field", { title: "a", owner: "b" }, "body"],
    ["a year that PostgreSQL lacks", { title: "a", due_date: "0000-01-01T00:00:00Z" }, "due_date"],
  ])("%s is refused, and the field named", async (_, body, field) => {
    const response = await send("POST", "/api/tasks", body);
    expect(response.status).toBe(400);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    expect(await response.json()).toMatchObject({ errors: [{ field }] });
  });

  test.each([
    ["status=done", "status"],
    ["stauts=open", "stauts"],
    ["limit=0", "limit"],
    ["limit=1.5", "limit"],
    ["limit=5&limit=6", "limit"],
    ["priority=urgent", "priority.0"],
    ["tag=%00", "tag.0"],
    ["q=", "q"],
    ["q=%00", "q"],
    ["due_from=tomorrow", "due_from"],
    ["sort=title", "sort"],
    ["cursor=x", "cursor"],
  ])("the query %s is refused, and the parameter named", async (query, field) => {
    const response = await send("GET", `/api/tasks?${query}`);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ errors: [{ field }] });
  });

  test("the text \\u0000, spelt out, is text", async () => {
    expect((await send("POST", "/api/tasks", { title: "a \\u0000 b" })).status).toBe(201);
  });
});

test("an absent audit service is 503 with Retry-After, not a fault of ours", async () => {
  get.mockRejectedValueOnce(new AwayError("audit did not answer"));
  const response = await send("GET", "/api/activity");
  expect(response.status).toBe(503);
  expect(response.headers.get("retry-after")).toBe("1");
});

test("the change feed is for the sidecar only, whatever token a user shows", async () => {
  await created("Fed");
  const path = `/changes?user_id=${alice}&after=0`;
  expect((await send("GET", path)).status).toBe(401);
  const headers = { "dapr-api-token": "of the sidecar" };
  expect(await (await app().request(path, { headers })).json()).toMatchObject({
    changes: [{ sequence: 1, change: "created", task: { title: "Fed", version: 1 } }],
    resync: false,
  });
  const wrong = await app().request("/changes?user_id=alice", { headers });
  expect(wrong.status).toBe(400);
});
