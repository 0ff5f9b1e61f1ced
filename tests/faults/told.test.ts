import { expect, test } from "vitest";
import { checkTold } from "./told.ts";

const change = (userId: string, sequence: number) => ({ userId, kind: "task", sequence });
const activity = [1, 2, 3].map((sequence) => change("a", sequence));
const told = (sequences: number[], resyncs = 0) => [{ userId: "a", sequences, resyncs }];
const nothing = { missing: [], duplicates: [], outOfOrder: [], others: [] };

test("nothing is found when every client was told every change once and in order", () => {
  const others = [change("b", 7), { ...change("a", 9), kind: "reminder" }];
  expect(checkTold(told([1, 2, 3]), [...activity, ...others])).toEqual(nothing);
});

test("a change that is in no log yet may be told before", () => {
  expect(checkTold(told([1, 2, 3, 4]), activity)).toEqual(nothing);
});

test.each([
  ["one in the middle that was not told", [1, 3], { missing: ["told a 2"] }],
  ["the last one not told", [1, 2], { missing: ["told a 3"] }],
  ["nothing told", [], { missing: ["told a 1", "told a 2", "told a 3"] }],
  ["one told twice", [1, 2, 2, 3], { duplicates: ["told a 2 again"] }],
  ["two in the wrong order", [1, 3, 2], { outOfOrder: ["told a 2 after 3"] }],
  [
    "one that came too late, which the next to it is told before",
    [1, 3, 2, 3],
    { outOfOrder: ["told a 2 after 3"], duplicates: ["told a 3 again"] },
  ],
  ["a gap beyond what the log has", [1, 2, 3, 5], { missing: ["told a 4"] }],
])("%s is found", (_, sequences, found) => {
  expect(checkTold(told(sequences), activity)).toEqual({ ...nothing, ...found });
});

test("a client that was told to begin anew has missed something", () => {
  expect(checkTold(told([1, 2, 3], 1), activity).others).toEqual(["told a to begin anew, 1 times"]);
});
