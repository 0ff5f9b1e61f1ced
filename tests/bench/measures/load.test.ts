import { describe, expect, test } from "vitest";
import { rateAfter } from "./load.ts";

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
