import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { createGather, type GatherOptions } from "./gather.ts";

type Item = { readonly owner: string; readonly number: number };

/** A gathering whose runs end when they are let go; what each of them got. */
function setUp(options: Partial<GatherOptions<Item, number>> = {}) {
  const runs: { readonly numbers: number[]; readonly end: (error?: Error) => void }[] = [];
  const ask = createGather<Item, number>({
    run: (items) => {
      const { promise, resolve, reject } = Promise.withResolvers<number[]>();
      const numbers = items.map(({ number }) => number);
      const end = (error?: Error) => (error ? reject(error) : resolve(numbers.map((n) => n * 10)));
      runs.push({ numbers, end });
      return promise;
    },
    ownerOf: ({ owner }) => owner,
    ...{ most: 100, sideBySide: 1, withinMs: 5_000, isFaultOfOne: () => false },
    ...options,
  });
  const began = async (count: number) => {
    await expect.poll(() => runs.length, { interval: 1 }).toBe(count);
    return runs[count - 1] as (typeof runs)[number];
  };
  return { ask: (number: number, owner = `${number}`) => ask({ owner, number }), runs, began };
}

const refused = new Error("one of them");

describe("what is asked for", () => {
  test("alone is done at once, and at the same time together", async () => {
    const { ask, runs, began } = setUp();
    const first = ask(1);
    (await began(1)).end();
    expect(await first).toBe(10);
    const others = [ask(2), ask(3), ask(4)];
    (await began(2)).end();
    expect(await Promise.all(others)).toEqual([20, 30, 40]);
    expect(runs.map(({ numbers }) => numbers)).toEqual([[1], [2, 3, 4]]);
  });

  test("while a run is under way shares the next, so many at most, and in order", async () => {
    const { ask, runs, began } = setUp({ most: 3 });
    const first = ask(0);
    const { end } = await began(1);
    const others = [1, 2, 3, 4, 5].map((number) => ask(number));
    await sleep(5);
    expect(runs).toHaveLength(1);
    end();
    (await began(2)).end();
    (await began(3)).end();
    expect(await Promise.all([first, ...others])).toEqual([0, 10, 20, 30, 40, 50]);
    expect(runs.map(({ numbers }) => numbers)).toEqual([[0], [1, 2, 3], [4, 5]]);
  });

  test("by one owner waits for that owner's run, and nobody else does", async () => {
    const { ask, runs, began } = setUp({ sideBySide: 2 });
    const first = ask(1, "anna");
    const { end } = await began(1);
    const second = ask(2, "anna");
    const other = ask(3, "ben");
    (await began(2)).end();
    expect(await other).toBe(30);
    await sleep(5);
    expect(runs.map(({ numbers }) => numbers)).toEqual([[1], [3]]);
    end();
    (await began(3)).end();
    expect(await Promise.all([first, second])).toEqual([10, 20]);
  });

  test("beyond what a run carries begins beside it", async () => {
    const { ask, runs, began } = setUp({ most: 2, sideBySide: 2 });
    const all = [1, 2, 3, 4, 5].map((number) => ask(number));
    await began(2);
    expect(runs.map(({ numbers }) => numbers)).toEqual([
      [1, 2],
      [3, 4],
    ]);
    for (const { end } of runs) end();
    (await began(3)).end();
    expect(await Promise.all(all)).toEqual([10, 20, 30, 40, 50]);
  });

  test("is done by itself when one of a run was at fault, who alone learns of it", async () => {
    const { ask, runs, began } = setUp({ isFaultOfOne: (error) => error === refused });
    const all = Promise.allSettled([1, 2, 3].map((number) => ask(number)));
    (await began(1)).end(refused);
    await began(4);
    for (const { numbers, end } of runs.slice(1)) end(numbers[0] === 2 ? refused : undefined);
    expect(await all).toEqual([
      { status: "fulfilled", value: 10 },
      { status: "rejected", reason: refused },
      { status: "fulfilled", value: 30 },
    ]);
    expect(runs.map(({ numbers }) => numbers)).toEqual([[1, 2, 3], [1], [2], [3]]);
  });

  test("is not done twice where nobody knows whether it was done", async () => {
    const { ask, runs, began } = setUp();
    const all = Promise.allSettled([ask(1), ask(2)]);
    (await began(1)).end(new Error("lost"));
    expect((await all).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    await sleep(5);
    expect(runs).toHaveLength(1);
    const next = ask(3);
    (await began(2)).end();
    expect(await next).toBe(30);
  });

  test("is refused when it has waited too long, and as something that is away", async () => {
    const { ask, runs, began } = setUp({ withinMs: 20 });
    const first = ask(1);
    const { end } = await began(1);
    const late = Promise.allSettled([ask(2)]);
    await sleep(30);
    end();
    expect(await first).toBe(10);
    expect(await late).toMatchObject([{ reason: { name: "AwayError" } }]);
    expect(runs).toHaveLength(1);
  });
});
