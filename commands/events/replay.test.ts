import type { Admin } from "@platformatic/kafka";
import { describe, expect, test } from "vitest";
import { lagIn } from "./lag.ts";
import { explainReplay, planReplay, resetOf } from "./replay.ts";

test.each([
  ["is behind", 5n, 20n, 12n, { committed: 12, lag: 8 }],
  ["has all", 5n, 20n, 20n, { committed: 20, lag: 0 }],
  ["took none yet", 5n, 20n, -1n, { committed: null, lag: 15 }],
  ["is not known to Kafka", 0n, 0n, undefined, { committed: null, lag: 0 }],
  ["stopped before what is kept now", 10n, 20n, 3n, { committed: 3, lag: 10 }],
])("the lag of a consumer that %s", (_, first, end, committed, expected) => {
  const at = { app: "audit", topic: "task-events", partition: 1, first, end, committed } as const;
  expect(lagIn(at)).toMatchObject({ partition: 1, end: Number(end), ...expected });
});

test.each([
  ["the first record since then", 7n, 12n, 20n, 7n],
  ["the end when there is none since then", -1n, 20n, 20n, 20n],
  ["where it is, when that is before: nothing that waits is passed over", 15n, 12n, 20n, 12n],
  ["where it is, when nothing is that young", -1n, 12n, 20n, 12n],
  ["its oldest record when it took none: what is older waits, too", 7n, -1n, 20n, undefined],
])("a partition begins at %s", (_, at, committed, end, from) => {
  expect(resetOf(at, committed, end).from).toBe(from);
});

describe("a replay", () => {
  const partitionsCount = 2;
  // The offsets that Kafka would tell: at the time, and the end.
  const admin = {
    metadata: async () => ({ topics: new Map([["task-events", { partitionsCount }]]) }),
    listOffsets: async ({
      topics: [asked],
    }: {
      topics: { partitions: { timestamp: bigint }[] }[];
    }) => [
      {
        partitions: [0, 1].map((partitionIndex) => ({
          partitionIndex,
          offset: asked?.partitions[0]?.timestamp === -1n ? 100n : 40n,
        })),
      },
    ],
    listConsumerGroupOffsets: async () => [
      {
        topics: [
          {
            name: "task-events",
            partitions: [
              { partitionIndex: 0, committedOffset: 90n },
              { partitionIndex: 1, committedOffset: 45n },
            ],
          },
        ],
      },
    ],
  } as unknown as Admin;
  const minuteAgo = () => new Date(Date.now() - 60_000);

  test("is explained before it is done: how much, from where, what is cleared, what stops", async () => {
    const plan = await planReplay(admin, "task-events", "audit", minuteAgo());
    expect(plan.again).toBe(55);
    const text = explainReplay(plan).join("\n");
    expect(text).toContain("55 records of task-events");
    expect(text).toContain("partition 0: from offset 40, where it is at 90");
    expect(text).toContain("nothing is cleared: each event has one row by its id");
    expect(text).toContain("audit is stopped");
  });

  test.each([
    ["a topic that it does not take", "task-updates", minuteAgo(), "audit does not subscribe"],
    [
      "a time before what is kept",
      "reminders",
      new Date(Date.now() - 2 * 86_400_000),
      "has events",
    ],
    ["a time to come", "task-events", new Date(Date.now() + 60_000), "until now"],
  ])("of %s is refused", async (_, topic, since, words) => {
    await expect(planReplay(admin, topic, "audit", since)).rejects.toThrow(words);
  });
});
