import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { processLife } from "../testing/process-life.ts";
import {
  answering,
  createTemporaryStack,
  inputsFor,
  type TemporaryStack,
} from "../testing/temporary-stack.ts";
import { findMarked, markerOf, statOf } from "./proc.ts";
import { launch } from "./spawn.ts";
import { placesOf } from "./stack-folder.ts";

let stack: TemporaryStack;
beforeEach(() => {
  stack = createTemporaryStack();
});
afterEach(() => stack.remove());

const { check, create, destroy } = processLife(() => stack);
const sleeping = "setInterval(() => {}, 1000);";

describe("an interrupted start", () => {
  test("is continued: a process that runs as wanted is taken over", async () => {
    const inputs = await inputsFor(stack, answering);
    const { pid } = await create(inputs); // what the engine never came to record
    expect((await create(inputs)).pid).toBe(pid);
  });

  test("with other settings is stopped and started anew", async () => {
    const inputs = await inputsFor(stack, answering);
    const { pid } = await create(inputs);
    const outputs = await create({ ...inputs, env: { ...inputs.env, ANSWER: "b" } });
    expect(outputs.pid).not.toBe(pid);
    expect(statOf(Number(pid))).toBeUndefined();
  });

  test("waits for a process that is gone but for its port", async () => {
    const inputs = await inputsFor(stack, answering);
    // As one looks that is ending: no command and no environment, and the socket is still there.
    const leaving = spawn(process.execPath, [], { argv0: "", env: {}, stdio: "pipe" });
    leaving.stdin.end(`require("node:net").createServer().listen(${inputs.ports.web}, "127.0.0.1",
      () => { process.stdout.write("."); setTimeout(process.exit, 1500); });`);
    await once(leaving.stdout, "data");
    expect((await check(undefined, inputs)).failures ?? []).toEqual([]);
    await create(inputs);
  });

  test("without a record is known by its marker and stopped", async () => {
    const inputs = await inputsFor(stack, answering);
    const { pid } = await create(inputs);
    rmSync(placesOf(stack.folder, "web").record);
    const outputs = await create(inputs);
    expect(outputs.pid).not.toBe(pid);
    expect(statOf(Number(pid))).toBeUndefined();
    rmSync(placesOf(stack.folder, "web").record);
    await destroy(inputs);
    expect(statOf(Number(outputs.pid))).toBeUndefined();
  });
});

describe("a stop", () => {
  test("lets a process that gave way end like any other", async () => {
    const script = `process.on("SIGTERM", () => {
        const { existsSync, readFileSync, writeFileSync } = require("node:fs");
        const group = "/proc/self/autogroup";
        writeFileSync(process.env.OUT, JSON.stringify({
          group: existsSync(group) ? readFileSync(group, "utf8") : "nice 0",
          itself: require("node:os").getPriority(),
        }));
        process.exit();
      });`;
    const out = join(stack.folder, "..", "nice");
    const inputs = await inputsFor(stack, script + answering, { nice: 7, env: { OUT: out } });
    await create(inputs);
    await destroy(inputs);
    const { group, itself } = JSON.parse(readFileSync(out, "utf8"));
    expect(group).toMatch(/nice 0\b/);
    // As a group it may always be raised, by itself only by root.
    expect(itself).toBe(process.getuid?.() === 0 ? 0 : 7);
  });

  test("kills a process that ignores its signal, with its children", async () => {
    const script = `process.on("SIGTERM", () => {});
      require("node:child_process").spawn(process.execPath, ["--eval", ${JSON.stringify(sleeping)}]);`;
    const inputs = await inputsFor(stack, script + answering, { stop: { graceMs: 200 } });
    await create(inputs);
    const marker = markerOf(stack.folder, "web");
    expect(findMarked(marker)).toHaveLength(2);
    await destroy(inputs);
    expect(findMarked(marker)).toEqual([]);
  });

  test("leaves the same process of another stack alone", async () => {
    const other = createTemporaryStack();
    const ours = await inputsFor(stack, answering);
    const theirs = await inputsFor(other, answering);
    await create(ours);
    const { pid } = await create(theirs);
    await destroy(ours);
    const survivor = statOf(Number(pid));
    await other.remove();
    expect(survivor).toMatchObject({ pid });
  });

  test("leaves no file behind, not even the folders", async () => {
    const folder = join(stack.folder, "data", "web");
    const inputs = await inputsFor(stack, answering, {
      files: { [join(stack.folder, "conf", "web.txt")]: "x" },
      data: { folder },
    });
    await create(inputs);
    await destroy(inputs);
    expect(existsSync(stack.folder)).toBe(false);
    await destroy(inputs); // half destroyed by hand is no error
  });
});

test("a stack's leftovers are found by marker alone", async () => {
  const marker = markerOf(stack.folder, "lost");
  const logFile = placesOf(stack.folder, "lost").log;
  const command = [process.execPath, "--eval", sleeping];
  const child = await launch({
    ...{ command, env: {}, cwd: "/", user: undefined, logFile, headline: "starts", marker },
  });
  const foreign = spawn(process.execPath, ["--eval", sleeping], { stdio: "ignore" });
  await once(foreign, "spawn");
  expect(findMarked(marker).map(({ pid }) => pid)).toEqual([child.pid]);
  await stack.remove();
  expect(statOf(child.pid)).toBeUndefined();
  expect(foreign.exitCode).toBeNull();
  foreign.kill("SIGKILL");
});
