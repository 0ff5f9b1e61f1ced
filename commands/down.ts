import { rmSync } from "node:fs";
import { parseArgs } from "node:util";
import { usualPortBase } from "#infra/host/port-plan.ts";
import { stopStack } from "#infra/host/provider/stop.ts";
import { outsideFolderOf } from "#infra/host/stack-folder.ts";
import { findLeftovers } from "./local/leftovers.ts";
import { readOutputs } from "./local/outputs.ts";
import {
  ensureToolchain,
  prepareState,
  refuseWhileAnotherWorks,
  runPulumi,
  stack,
  stackExists,
  usesExternalServices,
} from "./local/stack.ts";
import { run } from "./run.ts";

const help = `npm run down [-- --forget]

Stops every process of the local stack, removes its data, logs and files, and then the stack's
own state: nothing of it is left, and the next \`npm start\` begins anew. From servers that stand
elsewhere it takes what the stack made in them (topics, users, roles with their schemas, keys), and
leaves them running.

  --forget   leave what is in servers that stand elsewhere, as when they are gone for good`;

async function takeDown(): Promise<number> {
  const { values } = parseArgs({ options: { forget: { type: "boolean", default: false } } });
  const portBase = portBaseOfStack();
  if (stackExists() && !values.forget) {
    await ensureToolchain();
    await prepareState();
    refuseWhileAnotherWorks();
    const { code } = await runPulumi(["destroy", "--yes", "--skip-preview"]);
    if (code !== 0) {
      console.error("\nNot all was taken down; mend the cause above and run it again.");
      if (usesExternalServices()) {
        console.error("Are servers that stand elsewhere gone for good? npm run down -- --forget");
      }
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
  // The gateway has the first of the stack's ports.
  return outputs ? Number(new URL(outputs.baseUrl).port) : usualPortBase;
}

if (process.argv.includes("--help")) console.log(help);
else await run(takeDown);
