import { describe, expect, test } from "vitest";
import { type Consequence, checkEffects, type Effect, stages } from "./effects.ts";

const consequences: Consequence[] = [
  { userId: "a", of: "registration", key: "a" },
  { userId: "a", of: "reminder", key: "r" },
  { userId: "b", of: "series", key: "s" },
];
const good: Effect[] = consequences.flatMap(({ userId, of, key }) =>
  stages[of].map((stage) => ({ userId, key, stage })),
);
const none = { duplicates: [], missing: [], unexpected: [] };
const every = good.map((effect, index) => [`${effect.key} ${effect.stage}`, index] as const);

describe("the check of consequences", () => {
  test("finds nothing when each left one trace at each of its stages", () => {
    expect(checkEffects(consequences, good)).toEqual(none);
  });

  test.each(every)("finds %s missing, and done twice", (_, index) => {
    const { userId, key, stage } = good[index] as Effect;
    const id = `${userId}/${key} ${stage}`;
    const lost = checkEffects(consequences, good.toSpliced(index, 1));
    expect(lost).toEqual({ ...none, missing: [expect.stringContaining(id)] });
    const doubled = checkEffects(consequences, [...good, { userId, key, stage }]);
    expect(doubled).toEqual({ ...none, duplicates: [expect.stringContaining(`${id}: 2 times`)] });
  });

  test("finds what was done for another user, and what nobody was promised", () => {
    const [first, ...rest] = good as [Effect, ...Effect[]];
    const wrong = { ...first, userId: "b" };
    const { missing, unexpected } = checkEffects(consequences, [...rest, wrong]);
    expect([missing, unexpected]).toEqual([
      ["registration a/a log: registered"],
      ["b/a log: registered"],
    ]);
    const stray = { userId: "a", key: "other", stage: "mail" };
    expect(checkEffects(consequences, [...good, stray]).unexpected).toEqual(["a/other mail"]);
  });
});
