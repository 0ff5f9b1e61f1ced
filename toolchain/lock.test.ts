import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { withLock } from "./lock.ts";
import { isAlive, ownIdentity } from "./process-identity.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "lock-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

test("work under one lock never overlaps", async () => {
  let inside = 0;
  const work = async () => {
    expect(++inside).toBe(1);
    await sleep(5);
    inside--;
  };
  const folder = join(root, "one");
  await Promise.all(Array.from({ length: 8 }, () => withLock(folder, work, { pollMs: 2 })));
  expect(existsSync(folder)).toBe(false);
});

test("the one who waits is told for whom", async () => {
  const told: number[] = [];
  const first = withLock(join(root, "one"), () => sleep(60));
  await withLock(join(root, "one"), async () => {}, {
    pollMs: 5,
    onWait: (pid) => told.push(pid),
  });
  await first;
  expect(told).toEqual([process.pid]);
});

test("the lock of a process that was killed is taken over", async () => {
  const child = spawn("sleep", ["60"]);
  const folder = join(root, "one");
  mkdirSync(folder, { recursive: true });
  const boot = ownIdentity().split("-")[2];
  const dead = `${child.pid}-1-${boot}-00000000`; // this pid, but of an earlier process
  writeFileSync(join(folder, dead), "");
  expect(isAlive(dead)).toBe(false);
  expect(await withLock(folder, async () => "taken")).toBe("taken");
  child.kill("SIGKILL");
});

test("a failure inside gives the lock back", async () => {
  const folder = join(root, "one");
  const failing = withLock(folder, async () => {
    throw new Error("inside");
  });
  await expect(failing).rejects.toThrow("inside");
  expect(await withLock(folder, async () => "free")).toBe("free");
});

test("waiting ends when it is interrupted", async () => {
  const controller = new AbortController();
  const first = withLock(join(root, "one"), () => sleep(80));
  const second = withLock(join(root, "one"), async () => {}, { signal: controller.signal });
  controller.abort();
  await expect(second).rejects.toThrow(/abort/i);
  await first;
});
