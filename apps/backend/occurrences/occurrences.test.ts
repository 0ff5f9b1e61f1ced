import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import type { NextInSeries, NextTask } from "#apps/contracts/occurrences.ts";
import { services } from "#apps/contracts/services.ts";
import { createOutbox } from "#apps/kit/events/outbox.ts";
import { createTestShell } from "#apps/kit/testing/app.ts";
import { createTestDatabase, type TestDatabase } from "#apps/kit/testing/database.ts";
import { samples, uuidOf } from "#apps/kit/testing/samples.ts";
import * as tables from "../schema.ts";
import { createTaskStore } from "../store.ts";
import { createOccurrenceRoutes, occurrenceRoute } from "./routes.ts";

const token = "the sidecar's token";
const wake = vi.fn();
let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase(tables);
}, 30_000);
beforeEach(async () => {
  wake.mockReset();
  await database.clear();
});
afterAll(() => database.close());

const asked: NextInSeries = {
  user_id: uuidOf(1),
  task_id: uuidOf(100),
  correlation_id: "a request",
  most: null,
  task: {
    ...samples["task-events"].task_data,
    due_date: "2026-02-01T09:00:00.000Z",
    recurring: { rule: "FREQ=DAILY", time_zone: "UTC", series_id: uuidOf(7) },
  },
};

const fromRecurring = { "dapr-api-token": token, "dapr-caller-app-id": "recurring" };

async function ask(
  changes: Partial<NextInSeries> = {},
  headers: Record<string, string> = fromRecurring,
) {
  const store = createTaskStore(database.database, createOutbox(services.backend));
  const app = createTestShell();
  app.route(
    "/",
    createOccurrenceRoutes({ database: database.database, store, appApiToken: token, wake }),
  );
  const body = JSON.stringify({ ...asked, ...changes });
  const response = await app.request(occurrenceRoute.path, { method: "POST", headers, body });
  return { status: response.status, body: (await response.json()) as NextTask };
}

const all = () => database.database.select().from(tables.tasks).orderBy(tables.tasks.id);

test("the next task takes over what the one before was, and tells where it comes from", async () => {
  const { status, body } = await ask();
  expect(status).toBe(201);
  expect(body).toMatchObject({ occurrence: 2, created: true });
  const { title, description, priority, tags, recurring } = asked.task;
  expect(await all()).toMatchObject([
    {
      ...{ id: body.task_id, userId: asked.user_id, completed: false, version: 1 },
      ...{ title, description, priority, tags, recurring },
      dueDate: new Date(asked.task.due_date),
    },
  ]);
  const [event] = await database.database.select().from(tables.outbox);
  expect(event).toMatchObject({
    type: "com.todo.task.created",
    data: { metadata: { source: "recurring", correlation_id: "a request" } },
  });
  expect(wake).toHaveBeenCalledOnce();
});

test("asked again, it is the same task, and nothing is made or told", async () => {
  const first = await ask();
  const again = await ask();
  expect(again.status).toBe(200);
  expect(again.body).toEqual({ ...first.body, created: false });
  expect(await all()).toHaveLength(1);
  expect(wake).toHaveBeenCalledOnce();
});

test("asked ten times at once, it is made once", async () => {
  const answers = await Promise.all(Array.from({ length: 10 }, () => ask()));
  expect(new Set(answers.map(({ body }) => body.task_id)).size).toBe(1);
  expect(answers.filter(({ body }) => body.created)).toHaveLength(1);
  expect(await all()).toHaveLength(1);
});

test("deleted since, it is not made again, however late it is asked for", async () => {
  await ask();
  await database.database.delete(tables.tasks);
  expect((await ask()).status).toBe(200);
  expect(await all()).toEqual([]);
});

test("a due date that was moved between two completions makes no second one", async () => {
  await ask();
  await ask({ task: { ...asked.task, due_date: "2026-02-05T09:00:00.000Z" } });
  expect(await all()).toHaveLength(1);
});

test("a series goes on from occurrence to occurrence until it has as many as its rule says", async () => {
  const second = await ask({ most: 3 });
  const third = await ask({ most: 3, task_id: second.body.task_id ?? "" });
  expect(third.body).toMatchObject({ occurrence: 3, created: true });
  const fourth = await ask({ most: 3, task_id: third.body.task_id ?? "" });
  expect(fourth.body).toEqual({ task_id: null, occurrence: 4, created: false });
  expect(await all()).toHaveLength(2);
});

test("two series go on by themselves", async () => {
  await ask();
  const recurring = { ...asked.task.recurring, series_id: uuidOf(8) };
  const other = await ask({ task_id: uuidOf(101), task: { ...asked.task, recurring } });
  expect(other.body).toMatchObject({ occurrence: 2, created: true });
  expect(await all()).toHaveLength(2);
});

test("who is not recurring, or comes without its sidecar's token, may not act for a user", async () => {
  const { "dapr-api-token": _, ...noToken } = fromRecurring;
  expect((await ask({}, noToken)).status).toBe(401);
  expect((await ask({}, { ...fromRecurring, "dapr-api-token": "guess" })).status).toBe(401);
  expect((await ask({}, { "dapr-api-token": token })).status).toBe(403);
  expect((await ask({}, { ...fromRecurring, "dapr-caller-app-id": "audit" })).status).toBe(403);
  // Calls backend, but not this route.
  const notification = { ...fromRecurring, "dapr-caller-app-id": "notification" };
  expect((await ask({}, notification)).status).toBe(403);
  expect(await all()).toEqual([]);
});

test("what is no question is refused", async () => {
  expect((await ask({ user_id: "nobody" })).status).toBe(400);
  expect((await ask({ most: 0 })).status).toBe(400);
});
