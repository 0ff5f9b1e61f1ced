import { describe, expect, test } from "vitest";
import { type ExpiryArgs, expiredStacks, keepLabel, stackOfPullRequest } from "./expired.ts";

const now = new Date("2026-03-10T12:00:00Z");
const hoursAgo = (hours: number) => new Date(now.getTime() - hours * 3_600_000).toISOString();
const expired = (args: Partial<ExpiryArgs>) =>
  expiredStacks({ stacks: [], open: [], now, hours: 72, ...args }).map(({ stack }) => stack);
const open = (number: number, ...labels: string[]) => ({ number, labels });

describe("the time to live of a pull request's namespace", () => {
  test("is over when the pull request is closed, however young it is", () => {
    const stacks = [{ name: "pr-7", lastUpdate: hoursAgo(0) }, { name: "pr-8" }];
    expect(expired({ stacks, open: [open(9)] })).toEqual(["pr-7", "pr-8"]);
  });

  test.each([
    [71.9, []],
    [72, ["pr-7"]],
    [1_000, ["pr-7"]],
    // The clock of the runner is behind.
    [-5, []],
  ])("of an open one is over after so many hours: %d", (age, gone) => {
    const stacks = [{ name: "pr-7", lastUpdate: hoursAgo(age) }];
    expect(expired({ stacks, open: [open(7)] })).toEqual(gone);
  });

  test("is as long as the pull request's with the label that keeps it", () => {
    const stacks = [{ name: "pr-7", lastUpdate: hoursAgo(500) }];
    expect(expired({ stacks, open: [open(7, keepLabel)] })).toEqual([]);
    expect(expired({ stacks, open: [open(7, "bug")] })).toEqual(["pr-7"]);
    expect(expired({ stacks, open: [] })).toEqual(["pr-7"]);
  });

  test.each(["n/a", "", undefined])("has not begun where nothing was put up: %j", (lastUpdate) => {
    const stack = { name: "pr-7", ...(lastUpdate !== undefined && { lastUpdate }) };
    expect(expired({ stacks: [stack], open: [open(7)] })).toEqual([]);
  });

  test("waits for an update, unless that was cut off long ago", () => {
    const during = (age: number) => [
      { name: "pr-7", lastUpdate: hoursAgo(age), updateInProgress: true },
    ];
    expect(expired({ stacks: during(1) })).toEqual([]);
    expect(expired({ stacks: during(3) })).toEqual(["pr-7"]);
    expect(expired({ stacks: [{ name: "pr-7", updateInProgress: true }] })).toEqual([]);
  });

  test("is never over for a stack that is none of a pull request", () => {
    const names = ["prod", "dev", "pr-", "pr-0", "pr-07", "pr-7a", "my-pr-7", "pr-7/prod", "pr--7"];
    const stacks = names.map((name) => ({ name, lastUpdate: hoursAgo(10_000) }));
    expect(expired({ stacks })).toEqual([]);
  });

  test("knows stacks by their organization too, and says why and which", () => {
    const stacks = [{ name: "acme/todo-evolution/pr-12", lastUpdate: hoursAgo(100) }];
    expect(expiredStacks({ stacks, open: [open(12)], now, hours: 72 })).toEqual([
      { stack: "acme/todo-evolution/pr-12", number: 12, why: "it was put up 100 h ago" },
    ]);
    expect(stackOfPullRequest(12)).toBe("pr-12");
  });
});
