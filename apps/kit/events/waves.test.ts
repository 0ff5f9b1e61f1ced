import { describe, expect, test } from "vitest";
import { createRandom, sampleRow, uuidOf } from "#apps/kit/testing/samples.ts";
import type { OutboxRow } from "./tables.ts";
import { wavesOf } from "./waves.ts";

const topics = ["task-events", "task-updates", "reminders"];

describe.each([1, 2, 3, 4, 5, 6, 7, 8])("the waves of random rows (seed %i)", (seed) => {
  const limits = { rows: 5, bytes: 6_000 };
  const rows = randomRows(seed);
  const waves = wavesOf(rows, limits);
  const calls = waves.flat();

  test("have every row once", () => {
    const ids = calls.flatMap((call) => call.rows.map((row) => row.id));
    expect(ids.sort((one, other) => one - other)).toEqual(rows.map((row) => row.id));
  });

  test("have one call of each topic at most, with rows of that topic only", () => {
    for (const wave of waves) {
      expect(new Set(wave.map((call) => call.topic)).size).toBe(wave.length);
      for (const { topic, rows } of wave) for (const row of rows) expect(row.topic).toBe(topic);
    }
  });

  test("never have two rows of one user in a call", () => {
    for (const call of calls) {
      expect(new Set(call.rows.map((row) => row.userId)).size).toBe(call.rows.length);
    }
  });

  test("keep the order of each user in each topic from wave to wave", () => {
    for (const { userId, topic } of rows) {
      const isTheirs = (row: OutboxRow) => row.userId === userId && row.topic === topic;
      const sent = calls.flatMap((call) => call.rows.filter(isTheirs));
      expect(sent).toEqual(rows.filter(isTheirs));
    }
  });

  test("keep calls within their bounds, but for a row that is too large alone", () => {
    for (const { rows } of calls) {
      const bytes = rows.reduce((sum, row) => sum + JSON.stringify(row.data).length, 0);
      expect(rows.length).toBeLessThanOrEqual(limits.rows);
      if (rows.length > 1) expect(bytes).toBeLessThanOrEqual(limits.bytes);
    }
  });
});

describe("wavesOf", () => {
  test("makes no wave of no rows", () => {
    expect(wavesOf([])).toEqual([]);
  });

  test("puts rows of different users and topics into one wave", () => {
    const rows = [
      sampleRow({ id: 1, userId: uuidOf(1) }),
      sampleRow({ id: 2, userId: uuidOf(2) }),
      sampleRow({ id: 3, userId: uuidOf(1), topic: "task-updates" }),
    ];
    expect(wavesOf(rows)).toEqual([
      [
        { topic: "task-events", rows: [rows[0], rows[1]] },
        { topic: "task-updates", rows: [rows[2]] },
      ],
    ]);
  });

  test("counts bytes, not characters", () => {
    const data = { title: "漢".repeat(1_000) };
    const rows = [1, 2].map((number) => sampleRow({ id: number, userId: uuidOf(number), data }));
    expect(wavesOf(rows, { rows: 10, bytes: 5_000 })).toHaveLength(2);
    expect(wavesOf(rows, { rows: 10, bytes: 8_000 })).toHaveLength(1);
  });
});

function randomRows(seed: number): OutboxRow[] {
  const random = createRandom(seed);
  const below = (limit: number) => Math.floor(random() * limit);
  return Array.from({ length: 150 }, (_, id) =>
    sampleRow({
      id,
      userId: uuidOf(below(1 + seed * 3)),
      topic: topics[below(topics.length)] ?? "",
      data: { title: "x".repeat(random() < 0.05 ? 10_000 : below(2_000)) },
    }),
  );
}
