import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import { markerOf, markerVariable } from "#infra/host/provider/proc.ts";
import { bringUp, theClone } from "./clone.ts";
import { listenersOf } from "./listeners.ts";
import { markedProcesses, processNames, recordedPids } from "./processes.ts";

const loopback = "127.0.0.1";

const elsewhere = () =>
  listenersOf(markedProcesses(theClone).map(({ pid }) => pid)).filter(
    ({ address }) => address !== loopback,
  );

test("every process of the stack listens on 127.0.0.1 and nowhere else", async () => {
  await bringUp(theClone);
  expect(elsewhere()).toEqual([]);
  const pids = recordedPids(theClone);
  for (const name of processNames) {
    const own = listenersOf([pids[name] ?? 0]);
    expect(own.length, `${name} listens nowhere: was the look in vain?`).toBeGreaterThan(0);
  }
});

test.for([
  ["tcp", "require('net').createServer().listen(0, '0.0.0.0', () => console.log(1))"],
  ["tcp6", "require('net').createServer().listen(0, '::', () => console.log(1))"],
  ["udp", "require('dgram').createSocket('udp4').bind(0, () => console.log(1))"],
] as const)(
  "a process that listened on every interface would be seen: %s",
  async ([protocol, script]) => {
    await bringUp(theClone);
    const env = { ...process.env, [markerVariable]: markerOf(theClone.stackFolder, "stray") };
    const stray = spawn(process.execPath, ["-e", script], { env });
    try {
      await once(stray.stdout, "data");
      expect(elsewhere()).toEqual([expect.objectContaining({ protocol })]);
    } finally {
      stray.kill("SIGKILL");
      await once(stray, "exit");
    }
  },
);
