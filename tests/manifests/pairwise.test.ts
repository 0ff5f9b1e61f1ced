import { expect, test } from "vitest";
import { choices } from "#commands/render/choices.ts";
import { everyRow, pairsOf, pairwise } from "./pairwise.ts";

test("every two choices of a stack meet in a row", () => {
  const met = new Set(pairwise(choices).flatMap(pairsOf));
  const all = new Set(everyRow(choices).flatMap(pairsOf));
  expect([...all].filter((pair) => !met.has(pair))).toEqual([]);
  expect(all.size).toBeGreaterThan(20);
});

test("the rows are few, and the same each time", () => {
  expect(pairwise(choices).length).toBeLessThan(everyRow(choices).length / 2);
  expect(pairwise(choices)).toEqual(pairwise(choices));
});

test("two factors meet in all their combinations", () => {
  const factors = { size: ["dev", "prod"], engine: ["a", "b", "c"] } as const;
  expect(pairwise(factors)).toHaveLength(6);
});
