import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { identityOf, isAlive, readMarker, statOf, withDescendants } from "./proc.ts";

test("a process is read even if its name looks like the rest of the line", async () => {
  const folder = mkdtempSync(join(tmpdir(), "todo-evolution-test-"));
  const program = join(folder, "a) Z (1 b");
  copyFileSync("/bin/sleep", program);
  const child = spawn(program, ["60"], { stdio: "ignore" });
  await once(child, "spawn");
  expect(statOf(child.pid ?? 0)).toMatchObject({ pid: child.pid, parent: process.pid });
  child.kill("SIGKILL");
  await once(child, "exit");
  rmSync(folder, { recursive: true });
});

test("a process is alive only under its own start time and boot", () => {
  const identity = identityOf(process.pid);
  if (!identity) throw new Error("not found");
  expect(isAlive(identity)).toBe(true);
  expect(isAlive({ ...identity, startTime: identity.startTime - 1 })).toBe(false);
  expect(isAlive({ ...identity, bootId: "another" })).toBe(false);
  expect(isAlive({ ...identity, pid: 2 ** 22 + 1 })).toBe(false);
});

test("descendants are found over generations", async () => {
  const shell = spawn("/bin/sh", ["-c", "sleep 60 & wait"], { stdio: "ignore" });
  await once(shell, "spawn");
  await expect.poll(() => withDescendants([shell.pid ?? 0]).length).toBe(2);
  const family = withDescendants([process.pid]).map(({ pid }) => pid);
  expect(family).toContain(shell.pid);
  for (const { pid } of withDescendants([shell.pid ?? 0])) process.kill(pid, "SIGKILL");
});

test("a process without our marker has none", () => {
  expect(readMarker(process.pid)).toBeUndefined();
});
