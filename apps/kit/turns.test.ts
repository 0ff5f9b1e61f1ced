import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { createTurns } from "./turns.ts";

/** Works that note when they begin, and how many run by then. */
function setUp(most: number) {
  const inTurn = createTurns(most);
  const begun: number[] = [];
  let running = 0;
  let mostSeen = 0;
  const work = (number: number, fails = false) =>
    inTurn(async () => {
      begun.push(number);
      mostSeen = Math.max(mostSeen, ++running);
      await sleep(2);
      running--;
      if (fails) throw new Error(`work ${number}`);
      return number;
    });
  return { work, begun, mostSeen: () => mostSeen };
}

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

describe("turns", () => {
  test("are so many at a time, also when all ask at once, and in order", async () => {
    const { work, begun, mostSeen } = setUp(3);
    expect(await Promise.all(numbers(20).map((number) => work(number)))).toEqual(numbers(20));
    expect(mostSeen()).toBe(3);
    expect(begun).toEqual(numbers(20));
  });

  test("go on after one that fails, and are all there again when nobody is left", async () => {
    const { work, mostSeen } = setUp(2);
    const all = numbers(9).map((number) => work(number, number % 2 === 0));
    const ended = await Promise.allSettled(all);
    expect(ended.map(({ status }) => status === "rejected")).toEqual(
      numbers(9).map((number) => number % 2 === 0),
    );
    await Promise.all(numbers(6).map((number) => work(number)));
    expect(mostSeen()).toBe(2);
  });

  test("are refused to who comes when as many wait as may, and to nobody after", async () => {
    const full = () => new Error("full");
    const inTurn = createTurns(1, { most: 2, full });
    const work = () => inTurn(() => sleep(2));
    const ended = await Promise.allSettled([work(), work(), work(), work()]);
    expect(ended.map(({ status }) => status)).toEqual([
      ...["fulfilled", "fulfilled", "fulfilled", "rejected"],
    ]);
    expect(ended[3]).toMatchObject({ reason: { message: "full" } });
    await expect(work()).resolves.toBeUndefined();
  });
});
