import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Envelope, envelopeOf } from "#apps/kit/events/envelope.ts";
import { createTestShell } from "#apps/kit/testing/app.ts";
import { createTestDatabase, type TestDatabase } from "#apps/kit/testing/database.ts";
import { sampleRow, uuidOf } from "#apps/kit/testing/samples.ts";
import { createApp } from "./app.ts";
import * as tables from "./schema.ts";
import { recordActivity } from "./store.ts";

type Answer = {
  entries: { sequence: number }[];
  next: string | null;
  errors: { field: string }[];
};

const token = "the sidecar's token";
let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase(tables);
});
beforeEach(() => database.clear());
afterAll(() => database.close());

const record = (number: number) =>
  recordActivity(
    database.database,
    envelopeOf(sampleRow({ id: number, sequence: number }), "backend") as Envelope<"task-events">,
  );

async function ask(query: string, headers: Record<string, string> = { "dapr-api-token": token }) {
  const app = createApp({
    env: { APP_API_TOKEN: token },
    connection: { database: database.database, ping: async () => {}, close: async () => {} },
    createApp: createTestShell,
  });
  const response = await app.request(`/activity?${query}`, { headers });
  return { status: response.status, body: (await response.json()) as Answer };
}

test("an event that comes twice has one entry", async () => {
  await record(1);
  await record(1);
  expect((await ask(`user_id=${uuidOf(1)}`)).body.entries).toHaveLength(1);
});

describe("the log of a user", () => {
  test("is newest first, and paged without gap or repeat", async () => {
    for (const number of [1, 2, 3]) await record(number);
    const first = (await ask(`user_id=${uuidOf(1)}&limit=2`)).body;
    expect(first.entries.map((entry) => entry.sequence)).toEqual([3, 2]);
    const second = (await ask(`user_id=${uuidOf(1)}&limit=2&cursor=${first.next}`)).body;
    expect(second.entries.map((entry) => entry.sequence)).toEqual([1]);
    expect(second.next).toBeNull();
  });

  test("has nothing of another user", async () => {
    await record(1);
    expect((await ask(`user_id=${uuidOf(2)}`)).body).toEqual({ entries: [], next: null });
  });

  test("can be asked for one task", async () => {
    await record(1);
    const other = await ask(`user_id=${uuidOf(1)}&task_id=${uuidOf(7)}`);
    expect(other.body.entries).toEqual([]);
  });
});

test.each([
  ["no token", {}],
  ["another token", { "dapr-api-token": "guessed" }],
])("with %s nothing is told", async (_, headers) => {
  await record(1);
  expect((await ask(`user_id=${uuidOf(1)}`, headers)).status).toBe(401);
});

test("a query without its user is refused, and the field named", async () => {
  const { status, body } = await ask("limit=1000");
  expect(status).toBe(400);
  expect(body.errors.map((fault) => fault.field)).toEqual(["user_id", "limit"]);
});
