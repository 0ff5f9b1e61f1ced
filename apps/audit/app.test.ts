import { sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Envelope, envelopeOf } from "#apps/kit/events/envelope.ts";
import { createTestShell } from "#apps/kit/testing/app.ts";
import { createTestDatabase, type TestDatabase } from "#apps/kit/testing/database.ts";
import { sampleRow, samples, uuidOf } from "#apps/kit/testing/samples.ts";
import { createApp } from "./app.ts";
import { type Entry, entries } from "./entries.ts";
import * as tables from "./schema.ts";
import { recordActivity } from "./store.ts";

type Answer = {
  entries: { sequence: number; kind: string; [field: string]: unknown }[];
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

const record = (number: number) => recordActivity(database.database, [entryOf(number)]);

const entryOf = (number: number) =>
  entries["task-events"](
    envelopeOf(
      sampleRow({
        ...{ id: number, sequence: number },
        occurredAt: new Date(`2026-01-0${number}T00:00:00Z`),
      }),
      "backend",
    ) as Envelope<"task-events">,
  );

/** Records the sample event of every topic that the log is of, as event 1 to 4. */
async function recordOneOfEach(): Promise<void> {
  for (const [index, topic] of (Object.keys(entries) as (keyof typeof entries)[]).entries()) {
    const row = sampleRow({ id: index + 1, topic, data: samples[topic], sequence: index + 1 });
    const entryOf = entries[topic] as (event: unknown) => Entry;
    await recordActivity(database.database, [entryOf(envelopeOf(row, "a service"))]);
  }
}

async function ask(query: string, headers: Record<string, string> = { "dapr-api-token": token }) {
  const app = createApp({
    env: { APP_API_TOKEN: token },
    connection: { database: database.database, ping: async () => {}, close: async () => {} },
    createApp: createTestShell,
  });
  const response = await app.request(`/activity?${query}`, { headers });
  return { status: response.status, body: (await response.json()) as Answer };
}

describe("the entries of events", () => {
  /** An entry that says nothing. */
  const empty = {
    ...{ kind: "user" as const, eventType: "", source: "", correlationId: "", userId: uuidOf(1) },
    ...{ sequence: 0, version: null, taskId: null, taskData: null, details: null },
  };
  const rows = () =>
    database.database.select().from(tables.activity).orderBy(tables.activity.eventId);
  const sequences = async () =>
    (await ask(`user_id=${uuidOf(1)}`)).body.entries.map(({ sequence }) => sequence).toSorted();

  test("that come together are one each", async () => {
    await recordActivity(database.database, [1, 2, 3].map(entryOf));
    expect(await sequences()).toEqual([1, 2, 3]);
  });

  test("that come together are in the log in the order in which they came", async () => {
    await recordActivity(database.database, [3, 1, 4, 2].map(entryOf));
    const { entries } = (await ask(`user_id=${uuidOf(1)}`)).body;
    expect(entries.map(({ sequence }) => sequence)).toEqual([2, 4, 1, 3]);
  });

  test("that come again are as many, alone, within a batch and as a batch", async () => {
    await record(1);
    await record(1);
    await recordActivity(database.database, [2, 1, 2, 3].map(entryOf));
    await recordActivity(database.database, [3, 2, 4].map(entryOf));
    expect(await sequences()).toEqual([1, 2, 3, 4]);
  });

  test("are put right where an earlier version wrote them empty", async () => {
    const [right, other] = [entryOf(1), entryOf(2)];
    await recordActivity(database.database, [{ ...right, ...empty }, other]);
    await recordActivity(database.database, [right]);
    expect(await rows()).toMatchObject([right, other]);
  });

  test("have every word that they were given", async () => {
    const text = `"'\\ \\u0041 \n\t {}[],:$1 %s é ß 漢字 🪴 \u2028`;
    const taskData = {
      ...(samples["task-events"].task_data as Entry["taskData"] & object),
      ...{ title: text, description: text, tags: [text, "", "null"] },
    };
    const most = {
      ...{ ...entryOf(1), taskData, source: text, correlationId: text },
      ...{ sequence: Number.MAX_SAFE_INTEGER, version: 2 ** 31 - 1 },
    };
    const details = { [text]: text, none: null, list: [1.5, true, {}], number: -1e-7 };
    const least = {
      ...{ ...entryOf(2), ...empty, details },
      ...{ occurredAt: new Date("1999-12-31T23:59:59.999Z") },
    };
    await recordActivity(database.database, [most, least]);
    const given = { position: expect.any(Number), recordedAt: expect.any(Date) };
    expect(await rows()).toEqual([
      { ...most, ...given },
      { ...least, ...given },
    ]);
  });

  test("have nothing where they say nothing, and no null of JSON", async () => {
    await recordOneOfEach();
    const one = sql`((task_data is null) <> (kind = 'task') and (details is null) = (kind = 'task'))`;
    expect(await database.database.$count(tables.activity, one)).toBe(4);
  });
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

describe("the kinds of entries", () => {
  test("are four, each with what its event says", async () => {
    await recordOneOfEach();
    const found = (await ask(`user_id=${uuidOf(1)}`)).body.entries;
    expect(found).toMatchObject([
      {
        ...{ kind: "user", event_type: "registered", task_id: null, version: null },
        ...{ details: { email_hash: samples["user-events"].email_hash }, task_data: null },
      },
      {
        ...{ kind: "notification", event_type: "created", task_id: null, source: "a service" },
        details: {
          ...{ notification_id: uuidOf(300), reminder_id: uuidOf(200), kind: "reminder" },
          ...{ title: "Due soon", body: "Water the plants", channels: ["in_app"] },
        },
      },
      {
        ...{ kind: "reminder", event_type: "due", task_id: uuidOf(100) },
        details: {
          ...{ reminder_id: uuidOf(200), title: "Water the plants" },
          due_at: samples.reminders.due_at,
          remind_at: samples.reminders.remind_at,
          reminder_type: "1_hour_before",
        },
      },
      {
        ...{ kind: "task", event_type: "created", task_id: uuidOf(100), version: 1 },
        ...{ source: "api", task_data: samples["task-events"].task_data, details: null },
      },
    ]);
  });

  test.each([
    ["kind=reminder", [2]],
    ["kind=task,user", [4, 1]],
    [`task_id=${uuidOf(100)}`, [2, 1]],
    [`task_id=${uuidOf(100)}&kind=task`, [1]],
  ])("%s finds events %j", async (filter, sequences) => {
    await recordOneOfEach();
    const { entries: found } = (await ask(`user_id=${uuidOf(1)}&${filter}`)).body;
    expect(found.map(({ sequence }) => sequence)).toEqual(sequences);
  });
});

test.each([
  ["from=2026-01-02T00:00:00Z", [3, 2]],
  ["to=2026-01-02T00:00:00Z", [1]],
  ["from=2026-01-02T00:00:00Z&to=2026-01-03T00:00:00Z", [2]],
])("%s has the events of that time, %j", async (range, sequences) => {
  for (const number of [1, 2, 3]) await record(number);
  const { entries: found } = (await ask(`user_id=${uuidOf(1)}&${range}`)).body;
  expect(found.map(({ sequence }) => sequence)).toEqual(sequences);
});

test.each([
  ["kind=task,mail", "kind.1"],
  ["from=yesterday", "from"],
  ["to=2026-01-01", "to"],
])("%s is refused, and the field named", async (filter, field) => {
  const { status, body } = await ask(`user_id=${uuidOf(1)}&${filter}`);
  expect(status).toBe(400);
  expect(body.errors.map((fault) => fault.field)).toEqual([field]);
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
