import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { Database } from "#apps/kit/database/connect.ts";
import { createTestDatabase, type TestDatabase } from "#apps/kit/testing/database.ts";
import { createRandom, sampleRow, silentLog, uuidOf } from "#apps/kit/testing/samples.ts";
import { laneOf } from "./outbox.ts";
import { type PublishBulk, type Relay, startRelay } from "./relay.ts";
import { type OutboxRow, outbox } from "./tables.ts";

const [anna, ...others] = Array.from({ length: 200 }, (_, number) => uuidOf(number));
if (!anna) throw new Error("no users");
const sameLane = (userId: string) => laneOf(userId) === laneOf(anna);
const neighbour = others.find(sameLane) ?? "";
const stranger = others.find((userId) => !sameLane(userId)) ?? "";

let testing: TestDatabase;
let relay: Relay | undefined;
beforeAll(async () => {
  testing = await createTestDatabase();
});
beforeEach(() => testing.clear());
afterEach(async () => {
  await relay?.stop();
  relay = undefined;
});
afterAll(() => testing.close());

const none = new Set<number>();
const allOf = (rows: readonly OutboxRow[]) => new Set(rows.map((row) => row.id));

function start(publish: PublishBulk, owns = (_lane: number) => true, database?: Database): Relay {
  const lanes = { owns, close: async () => {} };
  relay = startRelay({ database: database ?? testing.database, lanes, publish, log: silentLog });
  return relay;
}

/** Stores the changes `first` to `last` of a user. */
async function change(userId: string, first: number, last: number, topic = "task-events") {
  for (let sequence = first; sequence <= last; sequence++) {
    const { id: _, ...row } = sampleRow({ lane: laneOf(userId), userId, sequence, topic });
    await testing.database.insert(outbox).values({ ...row, eventId: crypto.randomUUID() });
  }
}

const waiting = async (): Promise<OutboxRow[]> =>
  testing.database.select().from(outbox).orderBy(outbox.id);

const untilSent = (userIds: string[]) =>
  vi.waitFor(
    async () => expect((await waiting()).filter((row) => userIds.includes(row.userId))).toEqual([]),
    { timeout: 15_000, interval: 20 },
  );

const sequencesOf = (userId: string, rows: readonly OutboxRow[]): number[] =>
  rows.filter((row) => row.userId === userId).map((row) => row.sequence);

const pause = (delayMs: number) => new Promise((resolve) => setTimeout(resolve, delayMs));

describe("the relay", () => {
  test("sends each user's rows in order, never two of one user in a call", async () => {
    const calls: OutboxRow[][] = [];
    for (const user of [anna, neighbour, stranger]) await change(user, 1, 6);
    start(async (_topic, rows) => {
      calls.push([...rows]);
      return none;
    });
    await untilSent([anna, neighbour, stranger]);
    for (const user of [anna, neighbour, stranger]) {
      expect(sequencesOf(user, calls.flat())).toEqual([1, 2, 3, 4, 5, 6]);
    }
    for (const call of calls) expect(new Set(call.map((row) => row.userId)).size).toBe(call.length);
  });

  test("sends what is committed while it runs", async () => {
    const sent: OutboxRow[] = [];
    const { wake } = start(async (_topic, rows) => {
      sent.push(...rows);
      return none;
    });
    await change(anna, 1, 1);
    wake(laneOf(anna));
    await untilSent([anna]);
    await change(anna, 2, 2);
    await untilSent([anna]);
    expect(sequencesOf(anna, sent)).toEqual([1, 2]);
  });

  test("holds back the later rows of a refused user, and of nobody else", async () => {
    let refusing = true;
    const offered: OutboxRow[] = [];
    const accepted: OutboxRow[] = [];
    await change(anna, 1, 3);
    await change(neighbour, 1, 3);
    start(async (_topic, rows) => {
      offered.push(...rows);
      const isRefused = (row: OutboxRow) => refusing && row.userId === anna && row.sequence === 1;
      accepted.push(...rows.filter((row) => !isRefused(row)));
      return allOf(rows.filter(isRefused));
    });
    await untilSent([neighbour]);
    await expect.poll(() => sequencesOf(anna, offered).length).toBeGreaterThan(1);
    expect(new Set(sequencesOf(anna, offered))).toEqual(new Set([1]));
    expect(sequencesOf(anna, await waiting())).toEqual([1, 2, 3]);
    refusing = false;
    await untilSent([anna]);
    expect(sequencesOf(anna, accepted)).toEqual([1, 2, 3]);
    expect(sequencesOf(neighbour, accepted)).toEqual([1, 2, 3]);
  });

  test("deletes a row only after its call succeeded", async () => {
    const call = Promise.withResolvers<Set<number>>();
    const publish = vi.fn(() => call.promise);
    await change(anna, 1, 1);
    start(publish);
    await expect.poll(() => publish).toHaveBeenCalledOnce();
    await pause(50);
    expect(await waiting()).toHaveLength(1);
    call.resolve(none);
    await untilSent([anna]);
  });

  // Again where the machine was too slow to look within the relay's patience.
  test("has what comes while a call is under way share the next one", { retry: 3 }, async () => {
    const calls: OutboxRow[][] = [];
    const first = Promise.withResolvers<Set<number>>();
    const { wake } = start(async (_topic, rows) => {
      calls.push([...rows]);
      return calls.length === 1 ? first.promise : none;
    });
    await change(anna, 1, 1);
    wake(laneOf(anna));
    await expect.poll(() => calls, { interval: 2 }).toHaveLength(1);
    const some = others.filter((userId) => !sameLane(userId)).slice(0, 5);
    for (const userId of some) {
      await change(userId, 1, 1);
      wake(laneOf(userId));
    }
    await pause(40);
    expect(calls).toHaveLength(1);
    first.resolve(none);
    await untilSent([anna, ...some]);
    expect(calls).toHaveLength(2);
  });

  test("lets a call that takes long hold up its own lanes only", async () => {
    const first = Promise.withResolvers<Set<number>>();
    start((_topic, rows) =>
      rows.some(({ userId }) => userId === anna) ? first.promise : Promise.resolve(none),
    );
    await change(anna, 1, 1);
    await expect.poll(waiting).toHaveLength(1);
    await pause(150);
    await change(stranger, 1, 1);
    await untilSent([stranger]);
    expect((await waiting()).map(({ userId }) => userId)).toEqual([anna]);
    first.resolve(none);
    await untilSent([anna]);
  });

  test("sends a row again, unchanged, when it cannot be deleted", async () => {
    const sent: OutboxRow[] = [];
    let failures = 1;
    const database = new Proxy(testing.database, {
      get: (target, name) => {
        if (name === "delete" && failures-- > 0) throw new Error("the database is away");
        const value = Reflect.get(target, name);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
    await change(anna, 1, 2);
    const publish: PublishBulk = async (_topic, rows) => {
      sent.push(...rows);
      return none;
    };
    start(publish, () => true, database);
    await untilSent([anna]);
    expect(sequencesOf(anna, sent)).toEqual([1, 2, 1, 2]);
    expect(sent[2]).toEqual(sent[0]);
  });

  test("does nothing in lanes that it does not own, until it owns them", async () => {
    const sent: OutboxRow[] = [];
    let owned = [laneOf(anna)];
    await change(stranger, 1, 2);
    await change(anna, 1, 2);
    const publish: PublishBulk = async (_topic, rows) => {
      sent.push(...rows);
      return none;
    };
    start(publish, (lane) => owned.includes(lane));
    await untilSent([anna]);
    await pause(250);
    expect(sequencesOf(stranger, sent)).toEqual([]);
    owned = [laneOf(anna), laneOf(stranger)];
    await untilSent([stranger]);
    expect(sequencesOf(stranger, sent)).toEqual([1, 2]);
  });

  test("sends nothing more of a lane that it loses", async () => {
    let owns = true;
    const publish = vi.fn(async () => {
      owns = false;
      return none;
    });
    await change(anna, 1, 3);
    start(publish, () => owns);
    await expect.poll(async () => sequencesOf(anna, await waiting())).toEqual([2, 3]);
    await pause(250);
    expect(publish).toHaveBeenCalledOnce();
  });

  test("finishes the call in flight when stopped, and begins no other", async () => {
    const call = Promise.withResolvers<Set<number>>();
    const publish = vi.fn(() => call.promise);
    const stopped = vi.fn();
    await change(anna, 1, 3);
    const { stop } = start(publish);
    await expect.poll(() => publish).toHaveBeenCalledOnce();
    const stopping = stop().then(stopped);
    await pause(150);
    expect(stopped).not.toHaveBeenCalled();
    call.resolve(none);
    await stopping;
    expect(publish).toHaveBeenCalledOnce();
    expect(sequencesOf(anna, await waiting())).toEqual([2, 3]);
  });

  test("tells how many rows wait and for how long", async () => {
    const { backlog } = start(
      async () => none,
      () => false,
    );
    expect(await backlog()).toEqual({ depth: 0, oldestAgeMs: 0 });
    await change(anna, 1, 2);
    const ageMs = Date.now() - sampleRow().occurredAt.getTime();
    const { depth, oldestAgeMs } = await backlog();
    expect(depth).toBe(2);
    expect(Math.abs(oldestAgeMs - ageMs)).toBeLessThan(5_000);
  });
});

describe.each([1, 2, 3])("a broker that fails at random (seed %i)", (seed) => {
  test("loses nothing and swaps nothing", async () => {
    const random = createRandom(seed);
    const users = others.slice(0, 6);
    const topics = ["task-events", "task-updates"];
    const log: OutboxRow[] = [];
    let failuresLeft = 12;

    // Fails before the broker has the rows, after it has them, or for some of them only.
    start(async (_topic, rows) => {
      await pause(random() * 5);
      const fails = failuresLeft > 0 && random() < 0.5;
      if (fails) failuresLeft--;
      const kind = fails ? random() * 3 : 3;
      if (kind < 1) throw new Error("not sent");
      const refused = kind < 2 ? allOf(rows.filter(() => random() < 0.5)) : none;
      log.push(...rows.filter((row) => !refused.has(row.id)));
      if (kind >= 2 && kind < 3) throw new Error("sent, but the answer was lost");
      return refused;
    });
    for (let sequence = 1; sequence <= 12; sequence++) {
      for (const user of users) {
        for (const topic of topics) await change(user, sequence, sequence, topic);
      }
    }
    await untilSent(users);

    expect(failuresLeft).toBe(0);
    const expected = Array.from({ length: 12 }, (_, index) => index + 1);
    for (const user of users) {
      for (const topic of topics) {
        const sent = sequencesOf(
          user,
          log.filter((row) => row.topic === topic),
        );
        // A consumer's inbox drops what comes again: what counts is when each came first.
        expect([...new Set(sent)]).toEqual(expected);
      }
    }
  });
});
