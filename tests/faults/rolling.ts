import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { type ProcessInputs, specHashOf } from "#infra/host/provider/process-inputs.ts";
import { start, stopRunning } from "#infra/host/provider/process-start.ts";
import { readRecord } from "#infra/host/provider/record.ts";
import { placesOf } from "#infra/host/provider/stack-folder.ts";
import { repositoryFolder, type Stack } from "../e2e/stack.ts";
import type { Engine } from "./engine.ts";
import { type Fault, timed } from "./fault.ts";

/**
 * Every process of the stack is stopped as the stack stops it and started again, one after another,
 * each when the one before is ready; and all of it so many times.
 */
export const rollingRestarts = (stack: Stack, engine: Engine, rounds: number): Fault => ({
  name: "rolling-restarts",
  isLong: true,
  strike: () =>
    timed(async () => {
      const processes = await processesOf(stack);
      for (let round = 1; round <= rounds; round++) {
        const since = performance.now();
        for (const inputs of processes) await restart(inputs, engine);
        const seconds = ((performance.now() - since) / 1_000).toFixed(0);
        console.log(`  round ${round} of ${rounds}: ${processes.length} restarted in ${seconds} s`);
      }
    }),
});

/** What does not come back is a failure; what follows of it is looked at with everything up again. */
async function restart(inputs: ProcessInputs, engine: Engine): Promise<void> {
  const { signal } = new AbortController();
  try {
    await stopRunning(inputs);
    await start({ inputs, outputs: {} }, inputs, { signal, report: () => {} });
  } catch (error) {
    await engine.repair(inputs.name);
    throw error;
  }
}

/** What each process was started with, in the order of their starts, as the engine has it. */
async function processesOf({ stackFolder }: Stack): Promise<ProcessInputs[]> {
  const args = ["run", "-s", "pulumi", "--", "stack", "export", "--show-secrets"];
  const options = { cwd: repositoryFolder, maxBuffer: 64 * 1024 * 1024 };
  const { stdout } = await promisify(execFile)("npm", args, options);
  const { deployment } = JSON.parse(stdout) as { deployment: { resources: Resource[] } };
  const found = deployment.resources.filter(({ type }) => type === "host:index:Process");
  const startedAt = ({ name }: ProcessInputs): string => {
    const record = readRecord(placesOf(stackFolder, name).record);
    return record?.startedAt ?? "";
  };
  const processes = found.map(({ inputs }) => plain(inputs) as ProcessInputs);
  for (const inputs of processes) {
    const record = readRecord(placesOf(stackFolder, inputs.name).record);
    if (record?.specHash === specHashOf(inputs)) continue;
    throw new Error(`${inputs.name} does not run as the engine has it: run \`npm start\``);
  }
  return processes.sort((one, other) => startedAt(one).localeCompare(startedAt(other)));
}

type Resource = { readonly type: string; readonly inputs: unknown };

/** The engine writes a secret as an object that has it as JSON. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  const { plaintext } = value as { plaintext?: unknown };
  if (secretKey in value && typeof plaintext === "string") return plain(JSON.parse(plaintext));
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, plain(one)]));
}

/** The name of the property by which the engine marks values of its own. */
const secretKey = "4dabf18193072939515e22adb298388d";
