import { readFileSync } from "node:fs";
import type { PGlite } from "@electric-sql/pglite";
import { drizzle } from "drizzle-orm/pglite";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Database } from "#apps/kit/database/connect.ts";
import { type Envelope, envelopeOf } from "#apps/kit/events/envelope.ts";
import { blankServer } from "#apps/kit/testing/blank-server.ts";
import { sampleRow, samples, uuidOf } from "#apps/kit/testing/samples.ts";
import { entries } from "./entries.ts";
import { maintainPartitions, monthNamed, monthOf } from "./partitions.ts";
import { listActivity, recordActivity } from "./store.ts";

const now = new Date("2026-11-21T10:00:00Z");
const migration = (name: string): string =>
  readFileSync(new URL(`./migrations/${name}.sql`, import.meta.url), "utf8");

let client: PGlite;
let database: Database;

beforeAll(async () => {
  client = await blankServer();
  database = drizzle(client) as unknown as Database;
});
beforeEach(async () => {
  await client.exec("drop schema public cascade; create schema public");
  await client.exec(migration("0000_initial"));
});
afterAll(() => client.close());

const partition = () => client.exec(migration("0001_partitions"));

const entryOf = (number: number, occurredAt: string) => {
  const row = sampleRow({ id: number, sequence: number, occurredAt: new Date(occurredAt) });
  return entries["task-events"](envelopeOf(row, "backend") as Envelope<"task-events">);
};
const record = (number: number, occurredAt: string) =>
  recordActivity(database, [entryOf(number, occurredAt)]);

/** Sequences of the entries by the table that holds them. */
async function held(): Promise<Record<string, number[]>> {
  const { rows } = await client.query<{ table: string; sequence: number }>(
    "select tableoid::regclass::text as table, sequence from activity order by sequence",
  );
  const tables: Record<string, number[]> = {};
  for (const { table, sequence } of rows) {
    tables[table] = [...(tables[table] ?? []), Number(sequence)];
  }
  return tables;
}

test("what was in the log before it had partitions stays in it, and positions go on", async () => {
  await client.query(
    `insert into activity (event_id, user_id, task_id, event_type, sequence, version, occurred_at,
       source, correlation_id, task_data)
     values ($1, $2, $3, 'created', 1, 1, '2026-11-02T00:00:00Z', 'api', 'a request', $4)`,
    [uuidOf(1_001), uuidOf(1), uuidOf(100), samples["task-events"].task_data],
  );
  await partition();
  await record(2, "2026-11-20T00:00:00Z");
  const { entries: found } = await listActivity(database, { userId: uuidOf(1), limit: 10 });
  expect(found.map(({ kind, sequence }) => [kind, sequence])).toEqual([
    ["task", 2],
    ["task", 1],
  ]);
});

describe("the partitions", () => {
  beforeEach(() => partition());

  test("of this month and the next two are made once", async () => {
    const names = ["activity_2026_11", "activity_2026_12", "activity_2027_01"];
    expect(await maintainPartitions(database, 30, now)).toEqual({ made: names, dropped: [] });
    expect(await maintainPartitions(database, 30, now)).toEqual({ made: [], dropped: [] });
  });

  test("take over what came before they were there, and an event again is still one row", async () => {
    await record(1, "2026-11-20T00:00:00Z");
    expect(await held()).toEqual({ activity_default: [1] });
    await maintainPartitions(database, 30, now);
    await record(1, "2026-11-20T00:00:00Z");
    await record(2, "2026-12-01T00:00:00.000Z");
    expect(await held()).toEqual({ activity_2026_11: [1], activity_2026_12: [2] });
  });

  test("are dropped when their last day is older than is kept, and not a day before", async () => {
    await maintainPartitions(database, 30, now);
    await record(1, "2026-11-30T23:59:59.999Z");
    await record(2, "2026-12-31T12:00:00Z");
    const before = new Date("2026-12-30T23:59:59Z");
    expect((await maintainPartitions(database, 30, before)).dropped).toEqual([]);
    const after = new Date("2026-12-31T00:00:00Z");
    expect((await maintainPartitions(database, 30, after)).dropped).toEqual(["activity_2026_11"]);
    expect(await held()).toEqual({ activity_2026_12: [2] });
  });

  test("and what was too old to have one goes from the default one", async () => {
    await record(1, "2026-01-01T00:00:00Z");
    await maintainPartitions(database, 30, now);
    expect(await held()).toEqual({});
  });
});

test("a row that is wrong is mended by its event, its place in the log stays", async () => {
  await partition();
  await record(1, "2026-11-20T00:00:00Z");
  const read = async () => (await listActivity(database, { userId: uuidOf(1), limit: 10 })).entries;
  const before = await read();
  await client.exec("update activity set event_type = 'wrong', task_data = null");
  await record(1, "2026-11-20T00:00:00Z");
  expect(await read()).toEqual(before);
});

test.each([
  ["2026-12-31T23:59:59.999Z", 0, "activity_2026_12"],
  ["2026-12-31T23:59:59.999Z", 1, "activity_2027_01"],
  ["2026-01-31T00:00:00.000Z", 1, "activity_2026_02"],
])("%s and %i months is in %s", (moment, later, table) => {
  const month = monthOf(new Date(moment), later);
  expect(month.table).toBe(table);
  expect(monthNamed(table)).toEqual(month);
});

test("the default partition is of no month", () => {
  expect(monthNamed("activity_default")).toBeUndefined();
});
