import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import { planPorts } from "#infra/host/port-plan.ts";
import { markerOf, markerVariable } from "#infra/host/provider/proc.ts";
import { otherStackOn } from "./other-stack.ts";

const portBase = 31_100;

test("a stack of another clone on our ports is named once, with a range that is free", async () => {
  const { kafka, gateway } = planPorts(portBase);
  const listening = `for (const port of [${kafka}, ${gateway}]) {
    require("node:net").createServer().listen(port, "127.0.0.1", () => console.log(port));
  }`;
  const child = spawn(process.execPath, ["-e", listening], {
    env: { [markerVariable]: markerOf("/elsewhere/.local", "web") },
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    for (let lines = ""; lines.split("\n").length < 3; ) {
      const [chunk] = await once(child.stdout, "data");
      lines += chunk;
    }
    const said = otherStackOn("/here/.local", portBase);
    expect(said).toMatch(/^Another stack has 2 of the ports from 31100 on: \/elsewhere\/\.local\n/);
    expect(said).toMatch(/config set portBase 32000\n {2}npm start$/);
    expect(otherStackOn("/elsewhere/.local", portBase)).toBeUndefined();
  } finally {
    child.kill();
    await once(child, "exit");
  }
  expect(otherStackOn("/here/.local", portBase)).toBeUndefined();
});
