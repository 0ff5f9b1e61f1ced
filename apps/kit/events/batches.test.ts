import { setTimeout as sleep } from "node:timers/promises";
import { pino } from "pino";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { ServiceContract } from "#apps/contracts/services.ts";
import { AwayError } from "#apps/kit/database/away.ts";
import type { Database } from "#apps/kit/database/connect.ts";
import { idle } from "#apps/kit/testing/contract.ts";
import { createTestDatabase, type TestDatabase } from "#apps/kit/testing/database.ts";
import { bytesOf, sampleBytes } from "#apps/kit/testing/samples.ts";
import { inSpan } from "#apps/kit/tracing/scope.ts";
import { createTracer, type ZipkinSpan } from "#apps/kit/tracing/tracer.ts";
import type { DeadLetter } from "./dead-letters.ts";
import {
  createReceiver,
  type Delivery,
  type Handlers,
  type Outcome,
  type ReceiverDeps,
  type Verdict,
} from "./subscriptions.ts";
import { inbox, userSequences } from "./tables.ts";

const contract = {
  ...idle,
  subscribes: {
    "task-events": "unique-key",
    "user-events": "idempotent-call",
    "task-updates": "ephemeral",
    reminders: "transactional",
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

/** A receiver whose handlers all do `work` with the sequences that they are given. */
function setUp(
  work: (sequences: number[], tx?: Database) => Promise<void>,
  changes: Partial<ReceiverDeps> = {},
) {
  const handler = vi.fn(work);
  const letters: DeadLetter[] = [];
  const outcomes: Outcome[] = [];
  const told: { msg: string; events?: number }[] = [];
  const handlers: Handlers<typeof contract> = {
    "task-events": (events) => handler(events.map(({ sequence }) => sequence)),
    "user-events": ({ sequence }) => handler([sequence]),
    "task-updates": ({ sequence }) => handler([sequence]),
    reminders: ({ sequence }, { tx }) => handler([sequence], tx),
  };
  const receive = createReceiver(contract, handlers, {
    appId: "keeper",
    database: testing.database,
    sendDeadLetter: async (letter) => void letters.push(letter),
    ping: async () => {},
    log: pino({ level: "warn" }, { write: (line) => void told.push(JSON.parse(line)) }),
    observe: (_topic, outcome) => void outcomes.push(outcome),
    retryDelaysMs: [1, 1, 1],
    ...changes,
  });
  const calls = () => handler.mock.calls.map(([sequences]) => sequences);
  return { receive, calls, letters, outcomes, told };
}

/** Event `number` as a record at the offset of its number. */
const record = (topic: Subscribed, number: number, changes: object = {}): Delivery => ({
  bytes: sampleBytes(topic, { id: number, sequence: number, ...changes }),
  partition: "0",
  offset: String(number),
});
const records = (topic: Subscribed, ...numbers: number[]) =>
  numbers.map((number) => record(topic, number));
const noEvent = (number: number) => ({ ...record("task-events", number), bytes: bytesOf("?") });

const nothing = async () => {};
/** Throws whenever it is given one of these. */
const failOn =
  (...bad: number[]) =>
  async (sequences: number[]) => {
    if (sequences.some((sequence) => bad.includes(sequence))) throw new Error("poison");
  };

describe("a batch of unique keys", () => {
  test("is one call of its handler, with every event in order", async () => {
    const { receive, calls, outcomes } = setUp(nothing);
    const verdicts = await receive("task-events", records("task-events", 1, 2, 3));
    expect(verdicts).toEqual(["SUCCESS", "SUCCESS", "SUCCESS"]);
    expect(calls()).toEqual([[1, 2, 3]]);
    expect(outcomes).toEqual(["applied", "applied", "applied"]);
  });

  test("that fails is tried one by one, and again only what fails alone", async () => {
    const { receive, calls, letters, outcomes } = setUp(failOn(2));
    const verdicts = await receive("task-events", records("task-events", 1, 2, 3));
    expect(verdicts).toEqual(["SUCCESS", "RETRY", "SUCCESS"]);
    expect(calls()).toEqual([[1, 2, 3], [1], [2], [3]]);
    expect(outcomes).toEqual(["applied", "applied"]);
    expect(letters).toEqual([]);
  });

  test("goes on past its poison, which is a dead letter after its tries", async () => {
    const { receive, calls, letters } = setUp(failOn(2));
    const verdicts: Verdict[][] = [];
    for (const number of [3, 4, 5, 6]) {
      verdicts.push(await receive("task-events", records("task-events", 2, number)));
      await sleep(1);
    }
    expect(verdicts).toEqual([
      ...Array(3).fill(["RETRY", "SUCCESS"]),
      ["SUCCESS", "SUCCESS"], // set aside
    ]);
    const { bytes } = record("task-events", 2);
    const topic = "task-events.keeper.dlq";
    expect(letters).toMatchObject([{ topic, bytes, position: "0/2", attempts: 4 }]);
    const alone = calls().filter((sequences) => sequences.length === 1);
    expect(alone).toEqual([[2], [3], [2], [4], [2], [5], [2], [6]]);
  });

  test("that is nothing but poison is set aside, in as many partitions as a service may read", async () => {
    const { receive, letters } = setUp(() => Promise.reject(new Error("poison")));
    const partitions = Array.from({ length: 30 }, (_, partition) =>
      records(
        "task-events",
        ...Array.from({ length: 100 }, (_, index) => partition * 100 + index + 1),
      ),
    );
    for (const _ of ["first", "second", "third", "last"]) {
      for (const batch of partitions) await receive("task-events", batch);
    }
    expect(letters).toHaveLength(3_000);
  });

  test("is not held up by an event that waits for its next try", async () => {
    const { receive, calls } = setUp(failOn(2), { retryDelaysMs: [60_000] });
    await receive("task-events", records("task-events", 2));
    const verdicts = await receive("task-events", records("task-events", 1, 2, 3, 4));
    expect(verdicts).toEqual(["SUCCESS", "RETRY", "SUCCESS", "SUCCESS"]);
    expect(calls()).toEqual([[2], [1, 3, 4]]);
  });

  test("is one call again behind what was set aside", async () => {
    const { receive, calls } = setUp(failOn(2), { retryDelaysMs: [] });
    await receive("task-events", records("task-events", 1, 2, 3));
    await receive("task-events", records("task-events", 4, 5));
    expect(calls()).toEqual([[1, 2, 3], [1], [2], [3], [4, 5]]);
  });

  test.each<[string, () => Error, ReceiverDeps["ping"]]>([
    ["says that something is away", () => new AwayError("503"), nothing],
    [
      "fails while something does not answer a ping",
      () => new Error("unknown"),
      () => Promise.reject(new Error("no answer within 1000 ms")),
    ],
  ])("whose handler %s waits, all of it, with one warning", async (_, error, ping) => {
    let away = true;
    const work = async () => {
      if (away) throw error();
    };
    const { receive, calls, letters, outcomes, told } = setUp(work, { ping });
    const batch = records("task-events", 1, 2, 3);
    expect(await receive("task-events", batch)).toEqual(["RETRY", "RETRY", "RETRY"]);
    expect(calls()).toEqual([[1, 2, 3]]);
    expect(outcomes).toEqual(["retry", "retry", "retry"]);
    expect(told).toHaveLength(1);
    expect(told).toMatchObject([{ msg: expect.stringContaining("away"), events: 3 }]);
    away = false;
    expect(await receive("task-events", batch)).toEqual(["SUCCESS", "SUCCESS", "SUCCESS"]);
    expect(letters).toEqual([]);
  });

  test("waits for ever for what is away, whose deliveries are no tries", async () => {
    const { receive, letters } = setUp(() => Promise.reject(new AwayError("503")));
    for (let count = 0; count < 20; count++) {
      const verdicts = await receive("task-events", records("task-events", 1, 2));
      expect(verdicts).toEqual(["RETRY", "RETRY"]);
      await sleep(1);
    }
    expect(letters).toEqual([]);
  });

  test("is applied without a record that is no event, which is set aside at once", async () => {
    const { receive, calls, letters, outcomes } = setUp(nothing);
    const batch = [record("task-events", 1), noEvent(2), record("task-events", 3)];
    expect(await receive("task-events", batch)).toEqual(["SUCCESS", "SUCCESS", "SUCCESS"]);
    expect(calls()).toEqual([[1, 3]]);
    expect(letters).toMatchObject([{ bytes: bytesOf("?"), position: "0/2", attempts: 1 }]);
    expect(outcomes).toEqual(["dead-lettered", "applied", "applied"]);
  });

  test("does not wait for a dead letter that cannot be published", async () => {
    const sendDeadLetter = () => Promise.reject(new Error("the sidecar is away"));
    const { receive, calls } = setUp(nothing, { sendDeadLetter });
    const batch = [record("task-events", 1), noEvent(2), record("task-events", 3)];
    expect(await receive("task-events", batch)).toEqual(["SUCCESS", "RETRY", "SUCCESS"]);
    expect(calls()).toEqual([[1, 3]]);
  });

  test("is applied without a record for another consumer", async () => {
    const { receive, calls, outcomes } = setUp(nothing);
    const [first, second, third] = records("task-events", 1, 2, 3) as [
      Delivery,
      Delivery,
      Delivery,
    ];
    const batch = [first, { ...second, addressee: "another" }, { ...third, addressee: "keeper" }];
    expect(await receive("task-events", batch)).toEqual(["SUCCESS", "SUCCESS", "SUCCESS"]);
    expect(calls()).toEqual([[1, 3]]);
    expect(outcomes).toEqual(["skipped", "applied", "applied"]);
  });

  test("without a single event calls nobody", async () => {
    const { receive, calls } = setUp(nothing);
    expect(await receive("task-events", [noEvent(1), noEvent(2)])).toEqual(["SUCCESS", "SUCCESS"]);
    expect(await receive("task-events", [])).toEqual([]);
    expect(calls()).toEqual([]);
  });
});

describe.each(["user-events", "task-updates"] as const)("a batch of %s", (topic) => {
  const ephemeral = contract.subscribes[topic] === "ephemeral";

  test("is a call for each event, in order", async () => {
    const { receive, calls, outcomes } = setUp(nothing);
    const verdicts = await receive(topic, records(topic, 1, 2, 3));
    expect(verdicts).toEqual(["SUCCESS", "SUCCESS", "SUCCESS"]);
    expect(calls()).toEqual([[1], [2], [3]]);
    expect(outcomes).toEqual(["applied", "applied", "applied"]);
  });

  test("has ten events handled at a time, in their order", async () => {
    const numbers = Array.from({ length: 35 }, (_, index) => index + 1);
    let running = 0;
    let most = 0;
    const { receive, calls } = setUp(async () => {
      most = Math.max(most, ++running);
      await sleep(1);
      running--;
    });
    const verdicts = await receive(topic, records(topic, ...numbers));
    expect(verdicts).toEqual(numbers.map(() => "SUCCESS"));
    expect(most).toBe(10);
    expect(calls()).toEqual(numbers.map((number) => [number]));
  });

  test("goes on past an event that fails", async () => {
    const { receive, calls, letters, outcomes } = setUp(failOn(2));
    expect(await receive(topic, records(topic, 1, 2, 3))).toEqual(["SUCCESS", "RETRY", "SUCCESS"]);
    expect(calls()).toEqual([[1], [2], [3]]);
    for (const verdict of ["RETRY", "RETRY", "SUCCESS"]) {
      await sleep(1);
      expect(await receive(topic, records(topic, 2))).toEqual([verdict]);
    }
    expect(letters).toMatchObject(ephemeral ? [] : [{ position: "0/2", attempts: 4 }]);
    expect(outcomes).toEqual(["applied", "applied", ephemeral ? "dropped" : "dead-lettered"]);
  });

  test("lets only those wait for which something is away", async () => {
    const work = async ([sequence]: number[]) => {
      if (sequence !== 2) throw new AwayError("503");
    };
    const { receive, outcomes } = setUp(work);
    expect(await receive(topic, records(topic, 1, 2, 3))).toEqual(["RETRY", "SUCCESS", "RETRY"]);
    expect(outcomes.toSorted()).toEqual(["applied", "retry", "retry"]);
  });
});

test("transactional events that come together are applied one after another, each by itself", async () => {
  const steps: string[] = [];
  const database = {
    transaction: async (work: Parameters<Database["transaction"]>[0]) => {
      steps.push("begin");
      return testing.database.transaction(work).finally(() => steps.push("end"));
    },
  } as unknown as Database;
  const work = async (sequences: number[], tx?: Database) => {
    await tx
      ?.insert(userSequences)
      .values({ userId: crypto.randomUUID(), last: Number(sequences) });
    steps.push(String(sequences));
    await failOn(2)(sequences);
  };
  const { receive, outcomes } = setUp(work, { database });
  const verdicts = await receive("reminders", records("reminders", 1, 2, 3, 1));
  expect(verdicts).toEqual(["SUCCESS", "RETRY", "SUCCESS", "SUCCESS"]);
  expect(steps.join(" ")).toBe("begin 1 end begin 2 end begin 3 end begin end");
  expect(outcomes).toEqual(["applied", "applied", "duplicate"]);
  const kept = await testing.database.select().from(userSequences);
  expect(kept.map(({ last }) => last).toSorted()).toEqual([1, 3]);
  expect(await testing.database.select().from(inbox)).toHaveLength(2);
});

describe("the spans of a batch", () => {
  const hex = (number: number, digits: number) => String(number).padStart(digits, "0");
  const traceparent = (number: number) => `00-${hex(number, 32)}-${hex(number, 16)}-01`;
  const traced = [1, 2, 3].map((number) =>
    record("task-events", number, { traceparent: traceparent(number) }),
  );
  const spanOf = (number: number, tags: object) => ({
    traceId: hex(number, 32),
    parentId: hex(number, 16),
    name: "consume task-events",
    kind: "CONSUMER",
    tags: { "event.sequence": String(number), ...tags },
  });

  function observed(work: (sequences: number[]) => Promise<void>) {
    const spans: ZipkinSpan[] = [];
    const tracer = createTracer({ share: 1, exportSpan: (span) => spans.push(span) });
    return { ...setUp(work, { tracer }), tracer, spans };
  }

  test("are one for each event, below what caused it, whatever the delivery is in", async () => {
    const { receive, tracer, spans } = observed(nothing);
    const delivery = tracer.start("POST", "SERVER");
    await inSpan(tracer, delivery, () => receive("task-events", traced));
    const verdict = "SUCCESS";
    expect(spans).toMatchObject([1, 2, 3].map((number) => spanOf(number, { verdict })));
    expect(new Set(spans.map(({ id }) => id)).size).toBe(3);
  });

  test("say of each what became of it alone", async () => {
    const { receive, spans } = observed(failOn(2));
    await receive("task-events", traced);
    const sorted = spans.toSorted((a, b) => (a.traceId < b.traceId ? -1 : 1));
    expect(sorted).toMatchObject([
      spanOf(1, { verdict: "SUCCESS" }),
      spanOf(2, { verdict: "RETRY", error: "waits" }),
      spanOf(3, { verdict: "SUCCESS" }),
    ]);
    expect(spans).toHaveLength(3);
  });

  test("say that all of it waits", async () => {
    const { receive, spans } = observed(() => Promise.reject(new AwayError("503")));
    await receive("task-events", traced);
    const waits = { verdict: "RETRY", error: "waits" };
    expect(spans).toMatchObject([1, 2, 3].map((number) => spanOf(number, waits)));
  });
});
