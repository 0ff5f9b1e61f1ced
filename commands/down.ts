import { rmSync } from "node:fs";
import { planPorts } from "#infra/host/port-plan.ts";
import { stopStack } from "#infra/host/provider/stop.ts";
import { outsideFolderOf } from "#infra/host/stack-folder.ts";
import { findLeftovers } from "./local/leftovers.ts";
import { readOutputs } from "./local/outputs.ts";
import { ensureToolchain, prepareState, runPulumi, stack, stackExists } from "./local/stack.ts";
import { run } from "./run.ts";

const help = `npm run down

Stops every process of the local stack, removes its data, logs and files, and then the stack's
own state: nothing of it is left, and the next \`npm start\` begins anew.`;

const defaultPortBase = 18_000;

async function takeDown(): Promise<number> {
  const portBase = portBaseOfStack();
  if (stackExists()) {
    await ensureToolchain();
    await prepareState();
    const { code } = await runPulumi(["destroy", "--yes", "--skip-preview"]);
    if (code !== 0) {
      console.error("\nNot all was taken down; mend the cause above and run it again.");
      return 1;
    }
  }
  // What runs without being in the state: its files were deleted by hand, say.
  const stopped = await stopStack(stack.folder);
  if (stopped > 0) console.log(`Stopped ${stopped} processes that the state did not know of.`);
  for (const folder of [stack.folder, outsideFolderOf(stack)]) {
    rmSync(folder, { recursive: true, force: true });
  }

  const { processes, ports, files } = findLeftovers(stack, portBase);
  const left = [
    ...processes.map((line) => `process ${line}`),
    ...ports.map((line) => `port ${line}`),
    ...files.map((line) => `file ${line}`),
  ];
  for (const line of left) console.error(`left behind: ${line}`);
  if (left.length > 0) return 1;
  console.log("\nThe local stack is down. Its processes, data, logs and state are gone.");
  return 0;
}

function portBaseOfStack(): number {
  const outputs = readOutputs();
  if (!outputs) return defaultPortBase;
  return Number(new URL(outputs.postgres.adminUrl).port) - planPorts(0).postgres;
}

if (process.argv.includes("--help")) console.log(help);
else await run(takeDown);
