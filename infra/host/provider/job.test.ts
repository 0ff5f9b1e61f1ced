import { existsSync, readFileSync } from "node:fs";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createTemporaryStack, type TemporaryStack } from "../testing/temporary-stack.ts";
import { jobType } from "./job.ts";
import { findMarked, markerOf } from "./proc.ts";
import { placesOf } from "./stack-folder.ts";

let stack: TemporaryStack;
beforeEach(() => {
  stack = createTemporaryStack();
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await stack.remove();
});

const job = (script: string) => ({
  name: "migrations",
  stackFolder: stack.folder,
  cwd: "/",
  command: ["/bin/sh", "-c", script],
  env: { WORD: "hello" },
});

test("a job runs to its end, again on an update, and its log goes with it", async () => {
  const inputs = job("echo $WORD");
  await jobType.create(inputs, stack.context);
  await jobType.update({ inputs, outputs: {} }, inputs, stack.context);
  const { log } = placesOf(stack.folder, "migrations");
  expect(readFileSync(log, "utf8").match(/^hello$/gm)).toHaveLength(2);
  await jobType.delete({ inputs, outputs: {} }, stack.context);
  expect(existsSync(stack.folder)).toBe(false);
});

test("a job is passed on what it names of the engine's environment, and nothing else", async () => {
  vi.stubEnv("PASSED_ON", "yes");
  vi.stubEnv("KEPT_BACK", "no");
  vi.stubEnv("CLOUD_USER", "me");
  vi.stubEnv("CLOUD_PLACE", "here");
  const inputs = { ...job("env"), inherit: ["PASSED_ON", "WORD", "NOT_SET", "CLOUD_*"] };
  await jobType.create(inputs, stack.context);
  const log = readFileSync(placesOf(stack.folder, "migrations").log, "utf8");
  expect(log).toMatch(/^PASSED_ON=yes$/m);
  expect(log).toMatch(/^WORD=hello$/m);
  expect(log).toMatch(/^CLOUD_USER=me$/m);
  expect(log).toMatch(/^CLOUD_PLACE=here$/m);
  expect(log).not.toMatch(/KEPT_BACK|NOT_SET/);
  await jobType.delete({ inputs, outputs: {} }, stack.context);
});

test("a job that fails shows how it ended and the end of its log", async () => {
  const running = jobType.create(job("echo no such table; exit 4"), stack.context);
  await expect(running).rejects.toThrow(/migrations: ended with code 4.*no such table/s);
});

test("a job that hangs is ended after its time, with its children", async () => {
  const running = jobType.create({ ...job("sleep 60 & wait"), timeoutMs: 200 }, stack.context);
  await expect(running).rejects.toThrow("did not end within 0.2 s");
  expect(findMarked(markerOf(stack.folder, "migrations"))).toEqual([]);
});
