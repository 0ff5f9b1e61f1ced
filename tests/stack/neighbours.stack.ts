import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  activityOf,
  call,
  createTask,
  expectListed,
  expectWorks,
  tokenFor,
} from "./application.ts";
import {
  bringUp,
  type Clone,
  makeClone,
  npmDone,
  portStep,
  rootFolder,
  takeDown,
  theClone,
} from "./clone.ts";
import { expectEachOnce, kill, recordedPids, restartedSince } from "./processes.ts";

let neighbour: Clone;

beforeAll(async () => {
  await bringUp(theClone);
  neighbour = makeClone(join(rootFolder, "neighbour"), theClone.portBase + portStep);
  // Links instead of a second installation: the packages are only read.
  execFileSync("cp", ["-al", join(theClone.folder, "node_modules"), neighbour.folder]);
  await bringUp(neighbour);
});

afterAll(() => takeDown(neighbour));

test("two clones run side by side, and a user of one is a stranger in the other", async () => {
  const [here, there] = [await tokenFor(theClone, "nina"), await tokenFor(neighbour, "nina")];
  const [task, other] = [await createTask(theClone, here), await createTask(neighbour, there)];
  await expectListed(() => activityOf(theClone, here), task, 5_000);
  await expectListed(() => activityOf(neighbour, there), other, 5_000);
  expect(await activityOf(theClone, here)).toEqual([task]);
  expect(await activityOf(neighbour, there)).toEqual([other]);
  expect((await call(neighbour, "/api/tasks", { token: here })).status).toBe(401);
  expectEachOnce(theClone);
  expectEachOnce(neighbour);
});

test("a sidecar calls those of its own clone only: without them the call fails", async () => {
  await bringUp(neighbour);
  const untouched = recordedPids(theClone);
  const token = await tokenFor(neighbour, "nora");
  kill(neighbour, "audit-sidecar");
  const answer = await call(neighbour, "/api/activity", { token });
  expect(answer.status, JSON.stringify(answer.body)).toBeGreaterThanOrEqual(500);
  await expectWorks(theClone);
  await npmDone(neighbour, "start");
  await expectWorks(neighbour);
  expect(restartedSince(untouched, theClone)).toEqual([]);
});

test("taking one clone down leaves the other alone", async () => {
  const untouched = recordedPids(theClone);
  await takeDown(neighbour);
  expect(restartedSince(untouched, theClone)).toEqual([]);
  expectEachOnce(theClone);
  await expectWorks(theClone);
});
