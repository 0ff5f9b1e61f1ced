import { describe, expect, test } from "vitest";
import type { Stack } from "../e2e/stack.ts";
import type { Fault } from "./fault.ts";
import { choose, killsOf } from "./faults.ts";

const twice = { url: "", sidecarUrl: "", urls: ["", ""], sidecarUrls: ["", ""] };
const stack = { services: { audit: twice } } as unknown as Stack;
const kills = killsOf(stack, { repair: async () => {} });

const fault = (name: string, isLong = false): Fault => ({
  ...{ name, isLong },
  strike: async () => undefined,
});
const all = [fault("short"), fault("long", true)];

test("every replica, its sidecar and what all stand on can be killed", () => {
  expect(kills.map(({ name }) => name)).toEqual([
    ...["none", "audit", "audit-2", "audit-sidecar", "audit-2-sidecar"],
    ...["kafka", "redis", "postgres", "scheduler", "sentry"],
  ]);
});

describe("of the faults", () => {
  test.each([
    ["those that take minutes are left out", undefined, false, ["short"]],
    ["all are done when that is asked for", undefined, true, ["short", "long"]],
    ["one that is named is done, however long it takes", ["long"], false, ["long"]],
  ])("%s", (_, names, withLong, expected) => {
    expect(choose(all, names, withLong).map(({ name }) => name)).toEqual(expected);
  });

  test("one that is not known is refused with those that are", () => {
    expect(() => choose(all, ["nothing"], false)).toThrow("one of short, long");
  });
});
