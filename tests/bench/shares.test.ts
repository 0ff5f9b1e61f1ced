import { expect, test } from "vitest";
import type { Profile } from "./inspector.ts";
import { sharesOf } from "./shares.ts";

const profile = (...frames: readonly (readonly [name: string, url: string, time: number])[]) =>
  ({
    nodes: frames.map(([functionName, url], id) => ({ id, callFrame: { functionName, url } })),
    samples: frames.map((_, id) => id),
    timeDeltas: frames.map(([, , time]) => time),
  }) satisfies Profile;

test("a profile is summed up by whose code ran, idle time apart", () => {
  const shares = sharesOf(
    profile(
      ["(idle)", "", 500],
      ["query", "file:///clone/node_modules/pg/lib/client.js", 100],
      ["parse", "file:///clone/node_modules/pg/node_modules/@scope/inner/index.js", 50],
      ["read", "file:///clone/node_modules/pg/lib/connection.js", 100],
      ["(garbage collector)", "", 50],
      ["onread", "node:internal/stream_base_commons", 100],
      ["writev", "", 25],
      ["receive", "file:///clone/apps/kit/events/subscriptions.ts", 50],
      ["createApp", "file:///clone/apps/audit/app.ts", 25],
    ),
  );
  expect(shares).toEqual([
    { what: "pg", share: 0.4 },
    { what: "Node", share: 0.2 },
    { what: "@scope/inner", share: 0.1 },
    { what: "garbage collector", share: 0.1 },
    { what: "apps/kit/events", share: 0.1 },
    { what: "V8 and native code", share: 0.05 },
    { what: "apps/audit", share: 0.05 },
  ]);
});

test("a process that did nothing has no shares", () => {
  expect(sharesOf(profile(["(idle)", "", 100]))).toEqual([]);
  expect(sharesOf(profile())).toEqual([]);
});
