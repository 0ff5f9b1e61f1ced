import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { bringUp, endOf, npm, npmDone, portStep, theClone } from "./clone.ts";
import { run } from "./command.ts";
import { allListeners } from "./listeners.ts";
import { pulumiShell } from "./preview.ts";
import { markedProcesses, processNames } from "./processes.ts";

test("status lists every process, and logs knows the log of each", async () => {
  await bringUp(theClone);
  const { stdout } = await npmDone(theClone, "status");
  for (const name of processNames) expect(stdout).toMatch(new RegExp(`^${name} +running`, "m"));
  const nonsense = await npm(theClone, "logs", ["nonsense"]);
  expect(nonsense.code).not.toBe(0);
  for (const name of processNames) expect(nonsense.stderr).toContain(name);
  const log = await npmDone(theClone, "logs", ["sentry", "--lines", "3"]);
  expect(log.stdout).toMatch(/sentry/);
});

test("after eval of npm run env the plain pulumi works on the stack of the clone", async () => {
  await bringUp(theClone);
  const env = await pulumiShell(theClone);
  for (const argv of [
    ["pulumi", "stack", "ls"],
    ["pulumi", "preview"],
  ]) {
    const ran = await run(argv, { folder: theClone.folder, env });
    expect(ran.code, endOf(ran.output)).toBe(0);
    expect(ran.output).toMatch(/local\*|Previewing update \(local\)/);
  }
});

test("down leaves no process, no listener and no folder, and can be said twice", async () => {
  await bringUp(theClone);
  for (let time = 0; time < 2; time++) {
    const { stdout } = await npmDone(theClone, "down");
    expect(stdout).toContain("The local stack is down");
    expect(markedProcesses(theClone)).toEqual([]);
    const { portBase } = theClone;
    const inRange = ({ port }: { port: number }) => port >= portBase && port < portBase + portStep;
    expect(allListeners().filter(inRange)).toEqual([]);
    expect(existsSync(theClone.stackFolder)).toBe(false);
  }
});

test("when the stack is down status says how to bring it up and exits with 1", async () => {
  await npmDone(theClone, "down");
  const { code, stdout } = await npm(theClone, "status");
  expect(code).toBe(1);
  expect(stdout).toContain("npm start");
  const logs = await npm(theClone, "logs", ["backend"]);
  expect(logs.code).not.toBe(0);
  expect(logs.stderr).toContain("npm start");
  expect(existsSync(theClone.stackFolder), "asking made nothing").toBe(false);
});
