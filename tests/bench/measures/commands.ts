import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { repositoryFolder } from "../../e2e/stack.ts";
import { distributionOf } from "../distribution.ts";
import type { Measurement } from "../report.ts";
import type { Bench } from "./bench.ts";

const withinMs = 300_000;

/** Runs an npm script of the repository; resolves to how long it took, rejects when it failed. */
export async function command(signal: AbortSignal, ...args: string[]): Promise<number> {
  const since = performance.now();
  const child = spawn(process.execPath, [join("commands", "bootstrap.mjs"), ...args], {
    cwd: repositoryFolder,
    stdio: ["ignore", "pipe", "pipe"],
    signal: AbortSignal.any([signal, AbortSignal.timeout(withinMs)]),
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk) => {
      output = `${output}${chunk}`.slice(-3_000);
    });
  }
  const [code] = await once(child, "exit");
  if (code !== 0) throw new Error(`${args.join(" ")} ended with ${code}: ${output}`);
  return performance.now() - since;
}

/** What people wait for on a stack that is up: previews that show no change, starts that make none. */
export async function preview({ signal }: Bench): Promise<Measurement[]> {
  const times = async (script: string) => {
    const taken: number[] = [];
    for (let run = 0; run < 3; run++) taken.push(await command(signal, script));
    return distributionOf(taken);
  };
  return [
    {
      name: "preview of local",
      unit: "ms",
      values: await times("preview"),
      note: "npm run preview",
    },
    {
      name: "start of what is up",
      unit: "ms",
      values: await times("start"),
      note: "npm start, which finds nothing to change",
    },
  ];
}
