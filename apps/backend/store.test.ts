import { asc } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { services } from "#apps/contracts/services.ts";
import type { Database } from "#apps/kit/database/connect.ts";
import { createOutbox } from "#apps/kit/events/outbox.ts";
import { createTestDatabase, type TestDatabase } from "#apps/kit/testing/database.ts";
import { traceparent, uuidOf } from "#apps/kit/testing/samples.ts";
import * as tables from "./schema.ts";
import { createTaskStore } from "./store.ts";
import { newTask } from "./tasks.ts";

let testing: TestDatabase;
beforeAll(async () => {
  testing = await createTestDatabase(tables);
});
beforeEach(() => testing.clear());
afterAll(() => testing.close());

const actorOf = (user: number) => ({
  ...{ userId: uuidOf(user), correlationId: `of user ${user}`, traceparent },
});
const given = {
  description: "Of more than one line\nand ünusual",
  priority: "high",
  tags: ["a,b", 'say "c"', "{d}"],
  due_date: "2031-02-03T04:05:06.789Z",
} as const;

/** A store, and how many statements it has had executed. */
function setUp() {
  const execute = vi.spyOn(testing.database, "execute");
  const store = createTaskStore(testing.database, createOutbox(services.backend));
  return { store, statements: () => execute.mock.calls.length };
}

describe("tasks created alone", () => {
  test("are what they are in a transaction, with the same events and places in the feed", async () => {
    const { store } = setUp();
    const input = newTask.parse({ title: "The same", ...given });
    const alone = await store.createAlone(actorOf(1), input);
    const within = await testing.database.transaction((tx) =>
      store.create(tx as unknown as Database, actorOf(2), input),
    );
    expect(await store.get(uuidOf(1), alone.id)).toEqual(alone);
    expect(await store.get(uuidOf(2), within.id)).toEqual(within);

    const feed = await testing.database.select().from(tables.taskChanges);
    const events = await testing.database.select().from(tables.outbox).orderBy(tables.outbox.id);
    const told = (userId: string, id: string) => ({
      feed: feed
        .filter((row) => row.userId === userId)
        .map(({ changedAt: _, userId: __, taskId, ...row }) => ({ ...row, its: taskId === id })),
      events: events
        .filter((row) => row.userId === userId)
        .map(({ id: _, eventId: __, occurredAt: ___, lane: ____, userId: _____, ...row }) =>
          JSON.parse(
            JSON.stringify(row)
              .replaceAll(id, "task")
              .replaceAll(userId, "user")
              .replace("of user 2", "of user 1"),
          ),
        ),
    });
    const [one, other] = [told(alone.userId, alone.id), told(within.userId, within.id)];
    expect(one.events).toHaveLength(2);
    expect(one.feed).toHaveLength(1);
    expect(one).toEqual(other);
  });

  test("at the same time share a statement, each user's in their order", async () => {
    const { store, statements } = setUp();
    const before = statements();
    const users = [1, 2, 1, 3, 1, 2];
    const made = await Promise.all(
      users.map((user, index) =>
        store.createAlone(actorOf(user), newTask.parse({ title: `Number ${index}` })),
      ),
    );
    expect(statements() - before).toBe(1);
    expect(made.map(({ title }) => title)).toEqual(users.map((_, index) => `Number ${index}`));
    const rows = await testing.database
      .select()
      .from(tables.taskChanges)
      .orderBy(asc(tables.taskChanges.userId), asc(tables.taskChanges.sequence));
    expect(rows.map(({ userId, sequence, task }) => [userId, sequence, task.title])).toEqual([
      [uuidOf(1), 1, "Number 0"],
      [uuidOf(1), 2, "Number 2"],
      [uuidOf(1), 3, "Number 4"],
      [uuidOf(2), 1, "Number 1"],
      [uuidOf(2), 2, "Number 5"],
      [uuidOf(3), 1, "Number 3"],
    ]);
  });

  test("beside one that cannot be kept are kept, and only that one is refused", async () => {
    const { store } = setUp();
    const input = newTask.parse({ title: "Good" });
    const made = await Promise.allSettled([
      store.createAlone(actorOf(1), input),
      store.createAlone(actorOf(2), { ...input, title: "b\0d" }),
      store.createAlone(actorOf(1), input),
    ]);
    expect(made.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    const rows = await testing.database.select().from(tables.tasks);
    expect(rows.map(({ userId }) => userId)).toEqual([uuidOf(1), uuidOf(1)]);
    const counters = await testing.database.select().from(tables.userSequences);
    expect(counters).toEqual([{ userId: uuidOf(1), last: 2 }]);
  });
});
