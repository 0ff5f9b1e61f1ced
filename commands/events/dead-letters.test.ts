import { describe, expect, test } from "vitest";
import { appIds, deadLettersOf } from "#apps/contracts/services.ts";
import { openLetters, parseId, placesOf } from "./dead-letters.ts";
import { recordsFor } from "./handle.ts";
import type { KafkaRecord } from "./kafka.ts";

const place = { consumer: "audit", topic: "task-events", name: "task-events.audit.dlq" } as const;

const record = (
  partition: number,
  offset: number,
  headers: Record<string, string>,
): KafkaRecord => ({
  ...{ partition, offset: BigInt(offset), headers, time: new Date("2026-11-21T10:00:00Z") },
  ...{ key: Buffer.from("a user"), value: Buffer.from("an event") },
});
const letter = (partition: number, offset: number) =>
  record(partition, offset, {
    ...{ error: "TypeError: x", consumer: "audit", attempts: "4", position: "2/17" },
    failedAt: "2026-11-21T09:00:00.000Z",
  });
const mark = (partition: number, offset: number, of: number) =>
  record(partition, offset, { handled: "redriven", letter: String(of), at: "…" });

const ids = (records: KafkaRecord[]) => openLetters(place, records).map(({ id }) => id);

describe("the dead letters that are open", () => {
  test("are told with error, tries and where they came from", () => {
    expect(openLetters(place, [letter(0, 3)])).toEqual([
      {
        ...{ id: "task-events.audit.dlq/0/3", deadLetterTopic: place.name },
        ...{ topic: "task-events", consumer: "audit", partition: 0, offset: 3n },
        ...{ error: "TypeError: x", attempts: 4, failedAt: "2026-11-21T09:00:00.000Z" },
        ...{ position: "2/17", key: Buffer.from("a user"), value: Buffer.from("an event") },
      },
    ]);
  });

  test("are those that no mark of their own partition is about", () => {
    const records = [letter(0, 3), letter(0, 4), mark(0, 5, 3), letter(1, 3), mark(1, 4, 2)];
    expect(ids(records)).toEqual(["task-events.audit.dlq/0/4", "task-events.audit.dlq/1/3"]);
  });

  test("count without any header, too: what an older consumer or somebody else wrote", () => {
    const [found] = openLetters(place, [record(0, 1, {})]);
    expect(found).toMatchObject({ attempts: 0, failedAt: "2026-11-21T10:00:00.000Z" });
    expect(found?.error).toContain("no error header");
  });
});

describe("what is written for a letter", () => {
  const [open] = openLetters(place, [letter(1, 3)]);
  if (!open) throw new Error("no letter");
  const written = (verdict: "redriven" | "discarded") =>
    recordsFor(open, verdict, new Date("2026-11-21T12:00:00Z")).map(({ headers, ...rest }) => ({
      ...rest,
      headers: Object.fromEntries([...headers].map(([name, value]) => [`${name}`, `${value}`])),
    }));
  const end = (verdict: string) => ({
    ...{ topic: "task-events.audit.dlq", partition: 1, value: Buffer.alloc(0) },
    headers: { handled: verdict, letter: "3", at: "2026-11-21T12:00:00.000Z" },
  });

  test("is the event on its own partition for its consumer alone, and the end of the letter", () => {
    expect(written("redriven")).toEqual([
      {
        ...{ topic: "task-events", partition: 2, key: Buffer.from("a user") },
        ...{ value: Buffer.from("an event"), headers: { "todo-consumer": "audit" } },
      },
      end("redriven"),
    ]);
  });

  test("is its end only when it is discarded", () => {
    expect(written("discarded")).toEqual([end("discarded")]);
  });

  test("leaves the partition to the key where the letter does not say it", () => {
    const [event] = recordsFor({ ...open, position: undefined }, "redriven");
    expect(event).not.toHaveProperty("partition");
  });
});

describe("places of dead letters", () => {
  test("are those of the contracts", () => {
    expect(placesOf().map(({ name }) => name)).toEqual(appIds.flatMap(deadLettersOf));
    expect(placesOf({ app: "audit", topic: "task-events" })).toEqual([place]);
    expect(placesOf({ topic: "task-events.audit.dlq" })).toEqual([place]);
    expect(placesOf({ app: "nobody" })).toEqual([]);
  });
});

test.each([
  ["task-events.audit.dlq/0/17", { topic: "task-events.audit.dlq", partition: 0, offset: 17n }],
  ["task-events.audit.dlq/0", undefined],
  ["task-events.audit.dlq/-1/2", undefined],
  ["/0/1", undefined],
])("the id %s is read by its parts, or is none", (id, parts) => {
  expect(parseId(id)).toEqual(parts);
});
