import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { services } from "#apps/contracts/services.ts";
import type { Database } from "#apps/kit/database/connect.ts";
import { createOutbox } from "#apps/kit/events/outbox.ts";
import { createTestDatabase, type TestDatabase } from "#apps/kit/testing/database.ts";
import { createRandom, traceparent, uuidOf } from "#apps/kit/testing/samples.ts";
import * as tables from "./schema.ts";
import { createTaskStore, type TaskStore } from "./store.ts";
import { cursorOf, positionOf, taskQuery, taskSort } from "./task-query.ts";
import { newTask } from "./tasks.ts";

const userId = uuidOf(1);
let database: TestDatabase;
let store: TaskStore;

const add = (input: object, owner = userId) => {
  const actor = { userId: owner, traceparent, correlationId: "a request" };
  return database.database.transaction((tx) =>
    store.create(tx as unknown as Database, actor, newTask.parse(input)),
  );
};

const list = async (query: object = {}) => {
  const page = await store.list(userId, taskQuery.parse(query));
  return page.rows.map(({ title }) => title);
};

beforeAll(async () => {
  database = await createTestDatabase(tables);
  store = createTaskStore(database.database, createOutbox(services.backend));
  await add({ title: "Buy milk", tags: ["shop", "home"], priority: "high" });
  await add({ title: "Call Zoë", description: "about the milk", due_date: "2031-01-02T00:00:00Z" });
  await add({
    title: "Pay rent",
    tags: ["home"],
    priority: "low",
    due_date: "2031-01-01T00:00:00Z",
  });
  const done = await add({ title: "Done thing", priority: "high", tags: ["a\\b", '"q",{}'] });
  const actor = { userId, traceparent, correlationId: "a request" };
  await database.database.transaction((tx) =>
    store.complete(tx as unknown as Database, actor, done.id, undefined),
  );
  await add({ title: "Somebody else's milk", tags: ["home"] }, uuidOf(2));
});
afterAll(() => database.close());

test.each<[object, string[]]>([
  [{}, ["Done thing", "Pay rent", "Call Zoë", "Buy milk"]],
  [{ status: "open" }, ["Pay rent", "Call Zoë", "Buy milk"]],
  [{ status: "completed" }, ["Done thing"]],
  [{ priority: ["high"] }, ["Done thing", "Buy milk"]],
  [{ priority: ["high", "low"] }, ["Done thing", "Pay rent", "Buy milk"]],
  [{ tag: ["home"] }, ["Pay rent", "Buy milk"]],
  [{ tag: ["home", "shop"] }, ["Buy milk"]],
  [{ tag: ["a\\b", '"q",{}'] }, ["Done thing"]],
  [{ tag: ["none"] }, []],
  [{ due_from: "2031-01-02T00:00:00Z" }, ["Call Zoë"]],
  [{ due_before: "2031-01-02T00:00:00Z" }, ["Pay rent"]],
  [{ q: "milk" }, ["Call Zoë", "Buy milk"]],
  [{ q: "MILK -buy" }, ["Call Zoë"]],
  [{ q: '"pay rent" or zoë' }, ["Pay rent", "Call Zoë"]],
  [{ q: "'; drop table tasks; --" }, []],
  [{ q: "!!! & | <->" }, []],
  [{ status: "open", priority: ["high"], q: "milk" }, ["Buy milk"]],
  [{ sort: "created" }, ["Buy milk", "Call Zoë", "Pay rent", "Done thing"]],
  [{ sort: "due" }, ["Pay rent", "Call Zoë", "Buy milk", "Done thing"]],
  [{ sort: "-due" }, ["Call Zoë", "Pay rent", "Done thing", "Buy milk"]],
  [{ sort: "priority" }, ["Pay rent", "Call Zoë", "Buy milk", "Done thing"]],
  [{ sort: "-priority" }, ["Done thing", "Buy milk", "Call Zoë", "Pay rent"]],
  [{ sort: "-updated", limit: 1 }, ["Done thing"]],
])("%j lists %j", async (query, titles) => {
  expect(await list(query)).toEqual(titles);
});

describe("paging", () => {
  const many = uuidOf(3);

  beforeAll(async () => {
    const random = createRandom(11);
    const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
    for (let index = 0; index < 40; index++) {
      await add(
        {
          title: `Task ${index}`,
          priority: pick(["low", "medium", "high"]),
          due_date: pick([null, "2031-01-01T00:00:00Z", `2031-01-${10 + (index % 5)}T00:00:00Z`]),
        },
        many,
      );
    }
  });

  const pages = async (query: object, between?: () => Promise<unknown>) => {
    const ids: string[] = [];
    let cursor: string | undefined;
    do {
      const asked = taskQuery.parse({ ...query, cursor });
      const { rows, end } = await store.list(many, asked);
      ids.push(...rows.map(({ id }) => id));
      cursor = end && cursorOf(asked, end);
      await between?.();
    } while (cursor);
    return ids;
  };

  test.each(taskSort.options)(
    "by %s gives each task once, in the order of the whole",
    async (sort) => {
      const whole = await store.list(many, taskQuery.parse({ sort, limit: 100 }));
      expect(await pages({ sort, limit: 7 })).toEqual(whole.rows.map(({ id }) => id));
    },
  );

  test.each(taskSort.options)("by %s repeats nothing while tasks are added", async (sort) => {
    const before = await pages({ sort, limit: 100 });
    const ids = await pages({ sort, limit: 9 }, () => add({ title: "Added" }, many));
    expect(new Set(ids).size).toBe(ids.length);
    expect(before.every((id) => ids.includes(id))).toBe(true);
  });

  test("a page tells the user's sequence", async () => {
    const { sequence } = await store.list(many, taskQuery.parse({ limit: 1 }));
    const last = await add({ title: "One more" }, many);
    const { rows, ...page } = await store.list(many, taskQuery.parse({ limit: 1 }));
    expect(rows[0]?.id).toBe(last.id);
    expect(page.sequence).toBe(sequence + 1);
  });
});

describe("a cursor", () => {
  const query = taskQuery.parse({ sort: "due", tag: ["a", "b"] });
  const cursor = cursorOf(query, { key: "2031-01-01T00:00:00.000Z", id: uuidOf(9) });

  test("is good for the same list, whatever its page and the order of its filters", () => {
    const same = taskQuery.parse({ sort: "due", tag: ["b", "a", "a"], limit: "3", cursor });
    expect(positionOf(same)).toEqual({ key: "2031-01-01T00:00:00.000Z", id: uuidOf(9) });
  });

  const forged = (...parts: unknown[]) => Buffer.from(JSON.stringify(parts)).toString("base64url");
  const digest = JSON.parse(Buffer.from(cursor, "base64url").toString())[0];
  test.each<[string, object]>([
    ["another sort", { sort: "-due", tag: ["a", "b"], cursor }],
    ["another filter", { sort: "due", tag: ["a"], cursor }],
    ["no JSON", { sort: "due", tag: ["a", "b"], cursor: "garbage" }],
    ["a plain id", { sort: "due", tag: ["a", "b"], cursor: uuidOf(9) }],
    ["a time that is none", { ...query, cursor: forged(digest, "yesterday", uuidOf(9)) }],
    ["an id that is none", { ...query, cursor: forged(digest, null, "1; drop") }],
    ["an empty text", { ...query, cursor: "" }],
  ])("of %s is refused with 400 by name", (_, asked) => {
    expect(() => positionOf(taskQuery.parse(asked))).toThrow(/^cursor: /);
  });
});
