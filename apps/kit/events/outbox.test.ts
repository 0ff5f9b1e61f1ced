import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, expectTypeOf, test } from "vitest";
import type { NewEvent } from "#apps/contracts/events.ts";
import type { ServiceContract } from "#apps/contracts/services.ts";
import type { Database } from "#apps/kit/database/connect.ts";
import { idle } from "#apps/kit/testing/contract.ts";
import { createTestDatabase, type TestDatabase } from "#apps/kit/testing/database.ts";
import { samples, traceparent, uuidOf } from "#apps/kit/testing/samples.ts";
import { createOutbox, laneCount, laneOf, type Publication } from "./outbox.ts";
import { outbox, userSequences } from "./tables.ts";

const contract = {
  ...idle,
  publishes: ["task-events", "user-events"],
  database: true,
} as const satisfies ServiceContract;

const { record, append } = createOutbox(contract);
const created: NewEvent<"task-events"> = samples["task-events"];
const registered: NewEvent<"user-events"> = samples["user-events"];
const change = { userId: uuidOf(1), occurredAt: new Date(1_700_000_000_123), traceparent };

let testing: TestDatabase;
beforeAll(async () => {
  testing = await createTestDatabase();
});
beforeEach(() => testing.clear());
afterAll(() => testing.close());

describe("record", () => {
  const publication = { topic: "task-events", data: created } as const;
  const take = async (userId: string, database: Database = testing.database) => {
    const [sequence] = await record(database, [{ ...change, userId, publications: [publication] }]);
    return sequence ?? 0;
  };

  test("counts each user from 1 without a gap, also when changes come at once", async () => {
    const users = [uuidOf(1), uuidOf(2)];
    const taken = await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const userId = users[index % 2] ?? "";
        return { userId, sequence: await take(userId) };
      }),
    );
    for (const user of users) {
      const sequences = taken.filter(({ userId }) => userId === user).map((one) => one.sequence);
      expect(sequences.sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    }
  });

  test("counts the changes of several users in one statement, each user's in their order", async () => {
    await take(uuidOf(2));
    const users = [2, 1, 2, 3, 2, 1].map(uuidOf);
    const changes = users.map((userId, index) => ({
      ...{ ...change, userId, row: { index } },
      publications: [
        { topic: "task-events", data: { ...created, user_id: userId, version: index + 1 } },
        { topic: "user-events", data: { ...registered, user_id: userId } },
      ] as const,
    }));
    const also = [
      sql`insert into ${userSequences} (user_id, last)
        select ('00000000-0000-4000-9000-00000000000' || ("row"->>'index'))::uuid, sequence
        from changes`,
    ];
    expect(await record(testing.database, changes, { also })).toEqual([2, 1, 3, 1, 4, 2]);
    const rows = await testing.database.select().from(outbox).orderBy(outbox.id);
    expect(rows.slice(1).map(({ userId, topic, sequence }) => [userId, topic, sequence])).toEqual(
      users.flatMap((userId, index) => {
        const sequence = [2, 1, 3, 1, 4, 2][index];
        return [
          [userId, "task-events", sequence],
          [userId, "user-events", sequence],
        ];
      }),
    );
    expect(rows.slice(1).every(({ lane, userId }) => lane === laneOf(userId))).toBe(true);
    expect(new Set(rows.map(({ eventId }) => eventId)).size).toBe(13);
    const written = await testing.database
      .select()
      .from(userSequences)
      .orderBy(userSequences.userId);
    expect(written.map(({ last }) => last)).toEqual([2, 4, 1, 2, 1, 3, 1, 4, 2]);
    expect(await take(uuidOf(2))).toBe(5);
  });

  test("stores nothing of several changes when one of them cannot be stored", async () => {
    const good = { ...change, publications: [publication] };
    const bad = { ...good, userId: uuidOf(2), traceparent: "\0" };
    await expect(record(testing.database, [good, bad])).rejects.toThrow();
    expect(await testing.database.select().from(outbox)).toEqual([]);
    expect(await take(uuidOf(1))).toBe(1);
  });

  test("gives a number back when its transaction is rolled back", async () => {
    expect(await take(uuidOf(1))).toBe(1);
    const failed = testing.database.transaction(async (tx) => {
      expect(await take(uuidOf(1), tx as unknown as Database)).toBe(2);
      throw new Error("the change was refused");
    });
    await expect(failed).rejects.toThrow("the change was refused");
    expect(await take(uuidOf(1))).toBe(2);
    expect(await testing.database.select().from(outbox)).toHaveLength(2);
  });

  test("stores what append would store, with the sequence it has taken", async () => {
    const publications = [publication, { topic: "user-events", data: registered } as const];
    const [sequence = 0] = await record(testing.database, [{ ...change, publications }]);
    await append(testing.database, { ...change, sequence }, publications);
    const rows = await testing.database.select().from(outbox).orderBy(outbox.id);
    const [one, two, ...appended] = rows.map(({ id: _, eventId, ...row }) => row);
    expect([one, two]).toEqual(appended);
    expect(new Set(rows.map(({ eventId }) => eventId)).size).toBe(4);
  });

  test("writes what else belongs to the change, or nothing at all", async () => {
    const other = uuidOf(7);
    const write = sql`insert into ${userSequences} (user_id, last)
      select ("row"->>'other')::uuid, sequence + 40 from changes`;
    const both = { ...change, publications: [publication], row: { other } };
    await record(testing.database, [both], { also: [write] });
    const rows = await testing.database.select().from(userSequences).orderBy(userSequences.last);
    expect(rows).toEqual([
      { userId: change.userId, last: 1 },
      { userId: other, last: 41 },
    ]);
    await expect(record(testing.database, [both], { also: [write] })).rejects.toThrow();
    expect(await take(change.userId)).toBe(2);
  });
});

describe("append", () => {
  test("stores the events of a change in the user's lane, with the sequence of the change", async () => {
    await testing.database.transaction((tx) =>
      append(tx, { ...change, sequence: 4 }, [
        { topic: "task-events", data: created },
        { topic: "user-events", data: registered },
      ]),
    );
    const rows = await testing.database.select().from(outbox).orderBy(outbox.id);
    const common = { lane: laneOf(change.userId), sequence: 4, ...change };
    expect(rows).toMatchObject([
      { ...common, topic: "task-events", type: "com.todo.task.created", subject: created.task_id },
      { ...common, topic: "user-events", type: "com.todo.user.registered", data: registered },
    ]);
    expect(rows[0]?.eventId).not.toBe(rows[1]?.eventId);
  });

  test("stores nothing when the change is rolled back", async () => {
    const failed = testing.database.transaction(async (tx) => {
      await append(tx, { ...change, sequence: 1 }, [{ topic: "task-events", data: created }]);
      throw new Error("the change was refused");
    });
    await expect(failed).rejects.toThrow();
    expect(await testing.database.select().from(outbox)).toEqual([]);
  });

  test("refuses a topic that the service does not declare, and all of its change", async () => {
    const publications = [
      { topic: "task-events", data: created },
      { topic: "reminders", data: samples.reminders },
    ] as unknown as Publication<"task-events">[];
    const refused = append(testing.database, { ...change, sequence: 1 }, publications);
    await expect(refused).rejects.toThrow("reminders is not declared as published");
    const rows = await testing.database.select().from(outbox).where(eq(outbox.sequence, 1));
    expect(rows).toEqual([]);
  });

  test("takes only declared topics, each with its own data", () => {
    type Accepted = Parameters<typeof append>[2][number];
    expectTypeOf<Accepted["topic"]>().toEqualTypeOf<"task-events" | "user-events">();
    const accepted: Accepted[] = [
      { topic: "task-events", data: created },
      // @ts-expect-error: not declared as published
      { topic: "reminders", data: samples.reminders },
      // @ts-expect-error: the data of another topic
      { topic: "task-events", data: registered },
      // @ts-expect-error: the envelope gives the id
      { topic: "user-events", data: { ...registered, event_id: uuidOf(1) } },
    ];
    expect(accepted).toHaveLength(4);
  });
});

describe("laneOf", () => {
  // Rows that wait while a new version starts keep their lane: these numbers must never change.
  test.each([
    ["00000000-0000-4000-8000-000000000001", 2],
    ["00000000-0000-4000-8000-000000000002", 15],
    ["7c9e6679-7425-40de-944b-e07fc1f90ae7", 3],
  ])("puts %s into lane %i", (userId, lane) => {
    expect(laneOf(userId)).toBe(lane);
  });

  test("uses every lane", () => {
    const lanes = new Set(Array.from({ length: 500 }, (_, number) => laneOf(uuidOf(number))));
    expect([...lanes].sort((a, b) => a - b)).toEqual(
      Array.from({ length: laneCount }, (_, n) => n),
    );
  });
});
