import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { expectListed } from "./application.ts";
import { bringUp, changesIn, endOf, npmDone, takeDown, tell, theClone } from "./clone.ts";
import { run } from "./command.ts";
import { expectEachOnce } from "./processes.ts";

const { folder, portBase } = theClone;

test("a fresh clone comes up by npm start, tells where everything is and how to begin", async () => {
  expect(existsSync(join(folder, "node_modules")), "not fresh any more").toBe(false);
  const ran = await npmDone(theClone, "start");
  tell("npm start in a fresh clone, packages and all", ran.tookMs);
  for (const offset of [100, 110, 101, 111, 10, 11, 12, 14, 17]) {
    expect(ran.stdout).toContain(`127.0.0.1:${portBase + offset}`);
  }
  expect(ran.stdout).toMatch(/The stack is up \(\d+\.\d s\)/);
  expect(ran.stdout).toContain("A first request:");
  expectEachOnce(theClone);
});

test("the first request that npm start prints works as it stands, in a second", async () => {
  await bringUp(theClone);
  const { stdout } = await npmDone(theClone, "start");
  const [, request = ""] = stdout.split("A first request:\n\n");
  const [getToken, create, activity] = request.split("\n");
  const bash = async (script: string) => {
    const ran = await run(["bash", "-c", script], { folder });
    expect(ran.code, endOf(ran.output)).toBe(0);
    return ran.stdout.trim().split("\n");
  };
  const [token, created = ""] = await bash(`${getToken}\necho "$TOKEN"\n${create}`);
  const { id, title } = JSON.parse(created) as { id: string; title: string };
  expect(title).toBe("Read the README");
  const list = async () => {
    const [answer = ""] = await bash(`TOKEN=${token}\n${activity}`);
    return (JSON.parse(answer).entries as { task_id: string }[]).map(({ task_id }) => task_id);
  };
  tell("until the activity lists it", await expectListed(list, id, 1_000));
});

test("npm start writes nothing that git would see", async () => {
  const before = changesIn(theClone);
  await npmDone(theClone, "start");
  expect(changesIn(theClone)).toBe(before);
  await npmDone(theClone, "down");
  expect(changesIn(theClone)).toBe(before);
});

test("after down it is up again in less than a minute", async () => {
  await takeDown(theClone);
  const { tookMs } = await npmDone(theClone, "start");
  tell("npm start after down", tookMs);
  expect(tookMs).toBeLessThan(60_000);
  expectEachOnce(theClone);
});

test("a second npm start changes nothing and says so within 10 s", async () => {
  await bringUp(theClone);
  const { stdout, tookMs } = await npmDone(theClone, "start");
  tell("npm start with nothing to do", tookMs);
  expect(stdout).toContain("Nothing changed");
  expect(tookMs).toBeLessThan(10_000);
});
