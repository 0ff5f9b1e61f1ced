import { describe, expect, test } from "vitest";
import { isHeld, rateAfter } from "./load.ts";

const held = (target: number) => ({ target, held: true });
const failed = (target: number) => ({ target, held: false });

describe("the rate that is tried next", () => {
  test.each([
    ["goes up while all hold", [held(300), held(390)], 507],
    ["goes down until one holds", [failed(400), failed(280)], 196],
    ["is between the highest that held and the lowest that did not", [held(300), failed(390)], 345],
    ["comes nearer from both sides", [held(300), failed(390), held(345), failed(368)], 356.5],
  ])("%s", (_what, tries, next) => {
    expect(rateAfter(tries)).toBeCloseTo(next);
  });
});

describe("a rate is held", () => {
  /** A minute at 100/s, with these lags and depths second by second. */
  const heldWith = (of: (second: number) => { lag?: number; depth?: number }, created = 6_000) => {
    const samples = Array.from({ length: 61 }, (_, second) => ({
      ...{ atMs: second * 1_000, created: second * 100, effects: second * 100, depth: 0, lag: 0 },
      ...of(second),
    }));
    return isHeld(samples, { created }, 6_000);
  };

  test("where all was sent and what waits is as much at the end as at the beginning", () => {
    expect(heldWith((second) => ({ lag: 100 + (second % 3), depth: second % 2 }))).toBe(true);
  });

  test.each([
    ["where too little was sent", () => ({}), 5_700],
    ["where the lag grows", (second: number) => ({ lag: second * 10 }), 6_000],
    ["where the outbox grows", (second: number) => ({ depth: second * 20 }), 6_000],
    ["where more waits than may", () => ({ lag: 1_000 }), 6_000],
    ["where more waits once", (second: number) => ({ lag: second === 30 ? 1_500 : 0 }), 6_000],
  ])("not %s", (_what, of, created) => {
    expect(heldWith(of, created)).toBe(false);
  });
});
