import { setTimeout as sleep } from "node:timers/promises";
import { eq } from "drizzle-orm";
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  expectTypeOf,
  test,
  vi,
} from "vitest";
import type { ServiceContract } from "#apps/contracts/services.ts";
import type { Topic } from "#apps/contracts/topics.ts";
import { AwayError } from "#apps/kit/database/away.ts";
import type { Database } from "#apps/kit/database/connect.ts";
import { idle } from "#apps/kit/testing/contract.ts";
import { createTestDatabase, type TestDatabase } from "#apps/kit/testing/database.ts";
import { bytesOf, sampleBytes, silentLog, uuidOf } from "#apps/kit/testing/samples.ts";
import type { DeadLetter } from "./dead-letters.ts";
import {
  createReceiver,
  type Delivery,
  type Handlers,
  type Outcome,
  type ReceiverDeps,
} from "./subscriptions.ts";
import { inbox, userSequences } from "./tables.ts";
import { poisonDelaysMs } from "./tries.ts";

const contract = {
  ...idle,
  subscribes: {
    "task-events": "transactional",
    "user-events": "idempotent-call",
    "task-updates": "ephemeral",
  },
  database: true,
} as const satisfies ServiceContract;

type Subscribed = keyof typeof contract.subscribes;

let testing: TestDatabase;
beforeAll(async () => {
  testing = await createTestDatabase();
});
beforeEach(() => testing.clear());
afterAll(() => testing.close());

const delivery = (topic: Subscribed, bytes = sampleBytes(topic)) => ({ bytes, key: uuidOf(1) });
const refused = () => Object.assign(new Error("refused"), { code: "ECONNREFUSED" });

/** A receiver whose handlers all do `work`, and what it did besides. */
function setUp(work: (tx?: Database) => Promise<void>, changes: Partial<ReceiverDeps> = {}) {
  const handler = vi.fn(work);
  const letters: DeadLetter[] = [];
  const outcomes: Outcome[] = [];
  const handlers: Handlers<typeof contract> = {
    "task-events": (_event, { tx }) => handler(tx),
    "user-events": () => handler(),
    "task-updates": () => handler(),
  };
  const receiveAll = createReceiver(contract, handlers, {
    appId: "keeper",
    database: testing.database,
    sendDeadLetter: async (letter) => void letters.push(letter),
    ping: async () => {},
    log: silentLog,
    observe: (_topic, outcome) => void outcomes.push(outcome),
    retryDelaysMs: [1, 1, 1],
    ...changes,
  });
  const receive = async (topic: Topic, one: Delivery) => (await receiveAll(topic, [one]))[0];
  return { receive, receiveAll, handler, letters, outcomes };
}

/** Delivers an event again and again, as a sidecar does, until it need not come again. */
async function deliver(
  receive: ReturnType<typeof setUp>["receive"],
  topic: Subscribed,
  one = delivery(topic),
): Promise<void> {
  while ((await receive(topic, one)) === "RETRY") {
    await sleep(1);
    if (vi.isFakeTimers()) vi.advanceTimersByTime(100);
  }
}

/** An effect that shows how often it happened. */
async function count(tx?: Database): Promise<void> {
  await tx?.insert(userSequences).values({ userId: crypto.randomUUID(), last: 1 });
}
const effects = async () => (await testing.database.select().from(userSequences)).length;
const received = async () => (await testing.database.select().from(inbox)).length;

describe("a transactional subscription", () => {
  test("applies an event once, however often it is delivered", async () => {
    const { receive, handler, outcomes } = setUp(count);
    const once = () => receive("task-events", delivery("task-events"));
    expect(await once()).toBe("SUCCESS");
    expect(await Promise.all([once(), once()])).toEqual(["SUCCESS", "SUCCESS"]);
    expect(handler).toHaveBeenCalledOnce();
    expect(await effects()).toBe(1);
    expect(outcomes).toEqual(["applied", "duplicate", "duplicate"]);
  });

  test("applies different events each", async () => {
    const { receive } = setUp(count);
    for (const id of [1, 2, 3]) {
      await receive("task-events", delivery("task-events", sampleBytes("task-events", { id })));
    }
    expect([await effects(), await received()]).toEqual([3, 3]);
  });

  test("rolls the effect back with its inbox row when the handler throws, then applies it", async () => {
    let failures = 2;
    const { receive, handler, letters } = setUp(async (tx) => {
      await count(tx);
      if (failures-- > 0) throw new Error("not yet");
    });
    await deliver(receive, "task-events");
    expect(handler).toHaveBeenCalledTimes(3);
    expect([await effects(), await received()]).toEqual([1, 1]);
    expect(letters).toEqual([]);
  });

  test("leaves nothing behind of an event that it set aside", async () => {
    const { receive, letters } = setUp(async (tx) => {
      await count(tx);
      throw new Error("poison");
    });
    await deliver(receive, "task-events");
    expect(letters).toHaveLength(1);
    expect([await effects(), await received()]).toEqual([0, 0]);
  });

  test("takes what the database itself refuses for poison", async () => {
    const { receive, letters } = setUp(async (tx) => {
      const row = { userId: uuidOf(9), last: 1 };
      await tx?.insert(userSequences).values([row, row]);
    });
    await deliver(receive, "task-events");
    expect(letters).toMatchObject([{ attempts: 4 }]);
  });
});

describe("a handler that throws", () => {
  const poison = () => Promise.reject(new Error("no such template"));

  /** Lets time stand still but between deliveries, and notes when it is that a handler is called. */
  const callsOnClock = () => {
    vi.useFakeTimers({ toFake: ["performance"] });
    const since = performance.now();
    const atMs: number[] = [];
    const noted = (work: () => Promise<void>) => () => {
      atMs.push(performance.now() - since);
      return work();
    };
    return { atMs, noted };
  };
  afterEach(() => void vi.useRealTimers());

  test.each(["task-events", "user-events"] as const)(
    "is tried once and three times more, then its event on %s is set aside as it came",
    async (topic) => {
      const { receive, handler, letters, outcomes } = setUp(poison);
      await deliver(receive, topic);
      expect(handler).toHaveBeenCalledTimes(4);
      expect(letters).toEqual([
        {
          topic: `${topic}.keeper.dlq`,
          bytes: sampleBytes(topic),
          key: uuidOf(1),
          error: "Error: no such template",
          consumer: "keeper",
          attempts: 4,
          failedAt: expect.any(Date),
        },
      ]);
      expect(outcomes).toEqual(["dead-lettered"]);
    },
  );

  test("is tried again after 1, 3 and 10 s, unless it is told otherwise", async () => {
    expect(poisonDelaysMs).toEqual([1_000, 3_000, 10_000]);
    const calls = callsOnClock();
    const { receive } = setUp(calls.noted(poison), { retryDelaysMs: undefined });
    await deliver(receive, "user-events");
    expect(calls.atMs).toEqual([0, 900, 3_900, 13_900]);
  });

  test("is tried at times from its first try on, so that slow tries hold nobody up for longer", async () => {
    const calls = callsOnClock();
    const slow = () => {
      vi.advanceTimersByTime(400);
      return poison();
    };
    const { receive } = setUp(calls.noted(slow), { retryDelaysMs: [600, 600] });
    await deliver(receive, "user-events");
    expect(calls.atMs).toEqual([0, 500, 1_100]);
  });

  test("drops an ephemeral event after as many tries", async () => {
    const { receive, handler, letters, outcomes } = setUp(poison);
    await deliver(receive, "task-updates");
    expect(handler).toHaveBeenCalledTimes(4);
    expect(letters).toEqual([]);
    expect(outcomes).toEqual(["dropped"]);
  });

  test("waits between its tries without a delivery that is held open", async () => {
    const calls = callsOnClock();
    const { receive, letters } = setUp(calls.noted(poison), { retryDelaysMs: [600, 600] });
    expect(await receive("user-events", delivery("user-events"))).toBe("RETRY");
    expect(await receive("user-events", delivery("user-events"))).toBe("RETRY");
    expect(calls.atMs).toEqual([0]);
    await deliver(receive, "user-events");
    expect(calls.atMs).toEqual([0, 500, 1_100]);
    expect(letters).toMatchObject([{ attempts: 3 }]);
  });

  test("counts its tries by event: what comes again later is tried as often", async () => {
    const { receive, handler } = setUp(poison);
    await deliver(receive, "user-events");
    await deliver(receive, "user-events");
    expect(handler).toHaveBeenCalledTimes(8);
  });
});

describe("something away", () => {
  const topics = ["task-events", "user-events", "task-updates"] as const;

  test.each<[string, () => unknown]>([
    ["refuses its connection", refused],
    ["refuses it below a driver's error", () => new Error("query", { cause: refused() })],
    ["says so itself", () => new AwayError("503")],
  ])("that %s makes every event wait and never a dead letter", async (_case, error) => {
    const { receive, handler, letters, outcomes } = setUp(() => Promise.reject(error()));
    for (const topic of topics) expect(await receive(topic, delivery(topic))).toBe("RETRY");
    expect(handler).toHaveBeenCalledTimes(3);
    expect(letters).toEqual([]);
    expect(outcomes).toEqual(["retry", "retry", "retry"]);
  });

  test("explains an unknown error when it does not answer a ping", async () => {
    const ping = vi.fn(() => Promise.reject(new Error("no answer within 1000 ms")));
    const work = () => Promise.reject(new Error("unknown"));
    const { receive, letters } = setUp(work, { ping });
    for (const topic of topics) expect(await receive(topic, delivery(topic))).toBe("RETRY");
    expect(ping).toHaveBeenCalledTimes(3);
    expect(letters).toEqual([]);
  });

  test("is noticed between tries, and the event then waits", async () => {
    const ping = vi.fn().mockResolvedValueOnce(undefined).mockRejectedValue(new Error("away"));
    const work = () => Promise.reject(new Error("unknown"));
    const { receive, handler, letters, outcomes } = setUp(work, { ping });
    for (let count = 0; count < 50; count++) {
      expect(await receive("user-events", delivery("user-events"))).toBe("RETRY");
      await sleep(2);
    }
    expect(handler).toHaveBeenCalledTimes(50);
    expect(outcomes).toHaveLength(49);
    expect(letters).toEqual([]);
  });

  test("that dead letters need makes their event wait", async () => {
    const { receive, outcomes } = setUp(() => Promise.reject(new Error("poison")), {
      sendDeadLetter: () => Promise.reject(new Error("the sidecar is away")),
    });
    for (let count = 0; count < 20; count++) {
      expect(await receive("user-events", delivery("user-events"))).toBe("RETRY");
      await sleep(2);
    }
    expect(await receive("user-events", delivery("user-events", bytesOf("?")))).toBe("RETRY");
    expect(new Set(outcomes)).toEqual(new Set(["retry"]));
  });
});

describe("an event that is not what its contract says", () => {
  const bytes = new TextEncoder().encode("{");

  test.each<[string, Uint8Array, string]>([
    ["no JSON", bytes, "InvalidEventError: not JSON"],
    ["another event", sampleBytes("user-events"), "InvalidEventError: data.event_type"],
  ])("is set aside at once when it is %s", async (_case, bytes, error) => {
    const { receive, handler, letters } = setUp(count);
    expect(await receive("task-events", delivery("task-events", bytes))).toBe("SUCCESS");
    expect(handler).not.toHaveBeenCalled();
    expect(letters).toMatchObject([{ bytes, attempts: 1, error: expect.stringContaining(error) }]);
    expect(await received()).toBe(0);
  });

  test("is dropped at once when it is ephemeral", async () => {
    const { receive, handler, letters, outcomes } = setUp(count);
    expect(await receive("task-updates", delivery("task-updates", bytes))).toBe("SUCCESS");
    expect(handler).not.toHaveBeenCalled();
    expect(letters).toEqual([]);
    expect(outcomes).toEqual(["dropped"]);
  });
});

describe("the types", () => {
  test("ask for exactly one handler of each declared topic, with its event and effect", () => {
    expectTypeOf<keyof Handlers<typeof contract>>().toEqualTypeOf<Subscribed>();
    type Given<T extends Subscribed> = Parameters<Handlers<typeof contract>[T]>[1];
    expectTypeOf<Given<"task-events">>().toHaveProperty("tx");
    expectTypeOf<Given<"user-events">>().not.toHaveProperty("tx");
    expectTypeOf<Given<"task-updates">>().not.toHaveProperty("tx");

    const handled = { "task-events": nothing, "user-events": nothing, "task-updates": nothing };
    const { "task-updates": _, ...missing } = handled;
    const deps = { log: silentLog } as ReceiverDeps;
    const made = [
      createReceiver(contract, handled, deps),
      // @ts-expect-error: a declared topic has no handler
      createReceiver(contract, missing, deps),
      // @ts-expect-error: a handler of a topic that is not declared
      createReceiver(contract, { ...handled, reminders: nothing }, deps),
      createReceiver(
        contract,
        // @ts-expect-error: the event has no such field
        { ...handled, "user-events": async (event) => void event.data.task_id },
        deps,
      ),
      createReceiver(
        contract,
        // @ts-expect-error: only a transactional handler is given the transaction
        { ...handled, "user-events": async (_event, { tx }) => count(tx) },
        deps,
      ),
    ];
    expect(made).toHaveLength(5);
  });

  test("leave a topic that was never declared to fail loudly", async () => {
    const { receive } = setUp(count);
    const undeclared = receive("reminders", { bytes: sampleBytes("reminders") });
    await expect(undeclared).rejects.toThrow("keeper does not subscribe to reminders");
  });
});

async function nothing(): Promise<void> {}

describe("a record of an operator", () => {
  const addressed = (addressee: string) => ({ ...delivery("task-events"), addressee });

  test("for another consumer is passed over, whatever it holds", async () => {
    const { receive, handler, letters, outcomes } = setUp(count);
    for (const bytes of [sampleBytes("task-events"), bytesOf("no event")]) {
      expect(await receive("task-events", { ...addressed("another"), bytes })).toBe("SUCCESS");
    }
    expect(handler).not.toHaveBeenCalled();
    expect([letters, outcomes]).toEqual([[], ["skipped", "skipped"]]);
  });

  test("for this consumer is applied, and once", async () => {
    const { receive, outcomes } = setUp(count);
    for (const _ of [1, 2]) await receive("task-events", addressed("keeper"));
    expect(outcomes).toEqual(["applied", "duplicate"]);
    expect(await effects()).toBe(1);
  });

  test("that is poison still goes back after one try", async () => {
    const { receive, handler, letters } = setUp(async () => {
      throw new Error("not mended");
    });
    await receive("task-events", { ...addressed("keeper"), partition: "2", offset: "17" });
    expect(handler).toHaveBeenCalledOnce();
    expect(letters).toMatchObject([{ attempts: 1, position: "2/17" }]);
  });

  test("lets the inbox forget what came since a time, and nothing before it", async () => {
    const { receive, outcomes } = setUp(count);
    const old = sampleBytes("task-events", { id: 1 });
    const recent = sampleBytes("task-events", { id: 2 });
    for (const bytes of [old, recent]) await receive("task-events", { bytes });
    const hourAgo = new Date(Date.now() - 3_600_000);
    await testing.database
      .update(inbox)
      .set({ receivedAt: new Date(hourAgo.getTime() - 120_000) })
      .where(eq(inbox.eventId, uuidOf(1_001)));
    const forgetSince = hourAgo.toISOString();
    expect(await receive("task-events", { ...addressed("keeper"), forgetSince })).toBe("SUCCESS");
    for (const bytes of [old, recent]) await receive("task-events", { bytes });
    expect(outcomes).toEqual(["applied", "applied", "duplicate", "applied"]);
  });

  test("that asks to forget waits while the database is away", async () => {
    const away = { execute: async () => Promise.reject(refused()) } as unknown as Database;
    const { receive } = setUp(count, { database: away });
    const forgetSince = new Date().toISOString();
    expect(await receive("task-events", { ...addressed("keeper"), forgetSince })).toBe("RETRY");
  });
});
