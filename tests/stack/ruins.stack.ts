import { rmSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { expectWorks } from "./application.ts";
import { bringUp, npmDone, theClone } from "./clone.ts";
import {
  expectEachOnce,
  kill,
  markedProcesses,
  recordedPids,
  restartedSince,
} from "./processes.ts";

const remove = (...path: string[]) =>
  rmSync(join(theClone.stackFolder, ...path), { recursive: true });

beforeEach(() => bringUp(theClone));

async function expectRepaired(): Promise<void> {
  await npmDone(theClone, "start");
  expectEachOnce(theClone);
  await expectWorks(theClone);
  const { stdout } = await npmDone(theClone, "start");
  expect(stdout).toContain("Nothing changed");
}

test("npm start makes the data of PostgreSQL anew when they were deleted", async () => {
  kill(theClone, "postgres");
  remove("data", "postgres");
  await expectRepaired();
});

test("npm start finds its processes again when the records were deleted", async () => {
  remove("run");
  await expectRepaired();
});

test("npm start writes a rendered file again, and restarts only what read it", async () => {
  const before = recordedPids(theClone);
  remove("dapr", "audit", "configuration.yaml");
  await expectRepaired();
  expect(restartedSince(before, theClone)).toEqual(["audit-sidecar"]);
});

test("npm start stops what runs and begins anew when all of .local was deleted", async () => {
  const orphans = new Set(markedProcesses(theClone).map(({ pid }) => pid));
  remove();
  await expectRepaired();
  const left = markedProcesses(theClone).filter(({ pid }) => orphans.has(pid));
  expect(left).toEqual([]);
});

test("npm run down stops what runs when all of .local was deleted", async () => {
  remove();
  await npmDone(theClone, "down");
  expect(markedProcesses(theClone)).toEqual([]);
});
