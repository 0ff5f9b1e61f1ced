import { expect, test } from "vitest";
import { distributionOf, isFlat, ratesOf } from "./distribution.ts";

test("a hundred values have the ranks that they say", () => {
  const values = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect(distributionOf(values)).toEqual({
    n: 100,
    mean: 50.5,
    p50: 50,
    p90: 90,
    p95: 95,
    p99: 99,
    max: 100,
  });
});

test("one value is all of its distribution, none is an error", () => {
  expect(distributionOf([7])).toMatchObject({ n: 1, mean: 7, p50: 7, p99: 7, max: 7 });
  expect(() => distributionOf([])).toThrow("nothing was measured");
});

test("a counter gives rates by the time between its samples", () => {
  const samples = [
    { atMs: 0, value: 10 },
    { atMs: 1_000, value: 110 },
    { atMs: 3_000, value: 410 },
  ];
  expect(ratesOf(samples)).toEqual([100, 150]);
  expect(ratesOf(samples.slice(0, 1))).toEqual([]);
});

test.each([
  ["stays", Array(40).fill(50), true],
  ["grows at first only", [...Array(10).fill(0), ...Array(30).fill(80)], true],
  ["grows all the time", Array.from({ length: 40 }, (_, index) => index * 10), false],
  ["is hardly known", [1, 2], false],
])("what %s is told from what grows", (_, depths, flat) => {
  expect(isFlat(depths, 20)).toBe(flat);
});
