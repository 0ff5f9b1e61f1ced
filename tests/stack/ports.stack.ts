import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import { expectWorks } from "./application.ts";
import { npm, npmDone, takeDown, theClone } from "./clone.ts";
import { expectEachOnce, markedProcesses } from "./processes.ts";

const kafkaPort = theClone.portBase + 12;

async function listenOn(port: number): Promise<ChildProcess> {
  const script = `require("net").createServer().listen(${port}, "127.0.0.1", () => console.log(1))`;
  const child = spawn(process.execPath, ["-e", script]);
  await once(child.stdout, "data");
  return child;
}

test("a port in use is told with its owner and the remedy, and npm start goes on later", async () => {
  await takeDown(theClone);
  const stranger = await listenOn(kafkaPort);
  try {
    const { code, output } = await npm(theClone, "start");
    expect(code).toBe(1);
    expect(output).toMatch(
      new RegExp(`Port ${kafkaPort} \\(kafka\\) is taken by pid ${stranger.pid} \\(node `),
    );
    expect(output).toContain("npm run pulumi -- config set portBase");
    expect(output).toContain("The stack is not up");
    expect(stranger.exitCode, "it was left alone").toBe(null);
  } finally {
    stranger.kill();
    await once(stranger, "exit");
  }
  const begun = markedProcesses(theClone).map(({ pid }) => pid);
  expect(begun.length, "what came up stays").toBeGreaterThan(0);
  await npmDone(theClone, "start");
  const now = new Set(markedProcesses(theClone).map(({ pid }) => pid));
  expect(begun.filter((pid) => now.has(pid)).length).toBeGreaterThan(0);
  expectEachOnce(theClone);
  await expectWorks(theClone);
});
