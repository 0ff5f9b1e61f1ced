import { spawn } from "node:child_process";
import { mkdirSync, openSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { replicaName } from "#infra/host/port-plan.ts";
import { type Identity, isAlive } from "#infra/host/provider/proc.ts";
import { readRecord } from "#infra/host/provider/record.ts";
import { placesOf } from "#infra/host/provider/stack-folder.ts";
import { Refusal, repositoryFolder, type Stack } from "../e2e/stack.ts";

/**
 * What can be struck: processes of the local stack by name, every replica among them, and nothing,
 * for comparison.
 */
export function faultsOf({ services }: Pick<Stack, "services">): string[] {
  const replicas = Object.entries(services).flatMap(([appId, { urls }]) =>
    urls.map((_, index) => replicaName(appId, index)),
  );
  const sidecars = replicas.map((name) => `${name}-sidecar`);
  return ["none", ...replicas, ...sidecars, "kafka", "redis", "postgres"];
}

export type Repair = {
  readonly tookMs: number;
  /** Why the process does not run again, if it does not. */
  readonly failure: string | undefined;
};

const untilRepairMs = 3_000;
const goneWithinMs = 5_000;

/** The running process of this name. Throws a Refusal unless it is the one that was recorded. */
export function processOf(stack: Stack, name: string): Identity {
  const { record } = placesOf(stack.stackFolder, name);
  const found = readRecord(record);
  if (!found) throw new Refusal(`there is no record of ${name} at ${record}: is the stack up?`);
  // The pid alone may by now belong to somebody else.
  if (!isAlive(found)) throw new Refusal(`${name} (process ${found.pid}) does not run`);
  return found;
}

/** Kills exactly the recorded process, waits a little, and has Pulumi bring it back. */
export async function killAndRepair(stack: Stack, name: string): Promise<Repair> {
  const killed = processOf(stack, name);
  process.kill(killed.pid, "SIGKILL");
  for (let waitedMs = 0; isAlive(killed); waitedMs += 20) {
    if (waitedMs > goneWithinMs) throw new Error(`${name} survived SIGKILL`);
    await sleep(20);
  }
  await sleep(untilRepairMs);
  const since = performance.now();
  const log = join(logFolder(), `${name}.log`);
  const code = await pulumiUp(log);
  const tookMs = performance.now() - since;
  const failure = code === 0 ? notRunning(stack, name) : `pulumi up ended with ${code}`;
  return { tookMs, failure: failure && `repair of ${name}: ${failure}; see ${log}` };
}

function notRunning(stack: Stack, name: string): string | undefined {
  try {
    processOf(stack, name);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

// In a group of its own: Ctrl-C is to end the load, not to leave a half repaired stack.
async function pulumiUp(log: string): Promise<number | string> {
  const output = openSync(log, "w", 0o600);
  const argv = ["run", "-s", "pulumi", "--", "up", "--yes", "--skip-preview"];
  const child = spawn("npm", argv, {
    cwd: repositoryFolder,
    detached: true,
    stdio: ["ignore", output, output],
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve(code ?? signal ?? "nothing"));
  });
}

function logFolder(): string {
  const folder = join(repositoryFolder, ".local", "faults");
  mkdirSync(folder, { recursive: true });
  return folder;
}
