import { expect, test } from "vitest";
import { figureOf } from "./broker.ts";

const line =
  "100000 records sent, 33256.8 records/sec (31.72 MB/sec), 612.33 ms avg latency, 1043.00 ms max latency, 640 ms 50th, 921 ms 95th, 1002 ms 99th, 1040 ms 99.9th.";

test("the last line of Kafka's tool is read", () => {
  const read = figureOf(`25000 records sent, 1.0 records/sec\n${line}\n`);
  expect(read).toMatchObject({
    values: { n: 100_000, mean: 612.33, p50: 640, p95: 921, p99: 1_002, max: 1_043 },
    note: expect.stringContaining("33257 records/s"),
  });
});

test("another line is an error, not a figure", () => {
  expect(() => figureOf("Exception in thread main")).toThrow("did not say");
});
