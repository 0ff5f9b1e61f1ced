import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { allProcesses, withDescendants } from "#infra/host/provider/proc.ts";
import { expectWorks } from "./application.ts";
import { bringUp, npmDone, takeDown, theClone } from "./clone.ts";
import { begin } from "./command.ts";
import { expectEachOnce } from "./processes.ts";

const { folder, stackFolder } = theClone;
const untilMs = 60_000;

test.for(["sentry", "kafka", "audit"])(
  "npm start goes on after the engine was killed while %s came up",
  async (name) => {
    await takeDown(theClone);
    const { pid, ended } = begin(["npm", "start"], { folder });
    await until(() => existsSync(join(stackFolder, "run", `${name}.json`)));
    const engine = withDescendants([pid]).find((child) => isEngine(child.pid));
    if (!engine) throw new Error("no engine runs: has npm start ended already?");
    process.kill(engine.pid, "SIGKILL");
    const cutOff = await ended;
    expect(cutOff.code).not.toBe(0);
    expect(cutOff.output).toContain("The stack is not up");

    const { output } = await npmDone(theClone, "start");
    expect(output).toContain(`(an earlier run, pid ${engine.pid}, was cut off`);
    expectEachOnce(theClone);
    await expectWorks(theClone);
    await until(() => ownPlugins().length === 0);
  },
);

test("a lock of a pid that another program has by now does not hold npm start up", async () => {
  await bringUp(theClone);
  const stack = join("organization", "todo-evolution", "local");
  const locks = join(stackFolder, "state", ".pulumi", "locks", stack);
  mkdirSync(locks, { recursive: true });
  const lock = { pid: process.pid, username: "", hostname: hostname(), timestamp: new Date() };
  writeFileSync(join(locks, "00000000-0000-4000-8000-000000000000.json"), JSON.stringify(lock));
  await npmDone(theClone, "start");
});

const commandLine = (pid: number): string[] => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
  } catch {
    return []; // ended in the meantime
  }
};

function isEngine(pid: number): boolean {
  const [program = "", command] = commandLine(pid);
  return basename(program) === "pulumi" && command === "up";
}

/** Providers and language hosts of the clone that still run. */
const ownPlugins = (): number[] =>
  allProcesses()
    .map(({ pid }) => pid)
    .filter((pid) => commandLine(pid).some((word) => word.startsWith(`${folder}/infra/host/`)));

async function until(condition: () => boolean): Promise<void> {
  for (const since = performance.now(); !condition(); ) {
    expect(performance.now() - since, "waited in vain").toBeLessThan(untilMs);
    await sleep(20);
  }
}
