import { spawn } from "node:child_process";
import { mkdirSync, openSync } from "node:fs";
import { join } from "node:path";
import { repositoryFolder, type Stack } from "../e2e/stack.ts";
import { processOf } from "./fault.ts";

export type Engine = {
  /** Has Pulumi bring back what died; throws unless this process then runs. */
  readonly repair: (name: string) => Promise<void>;
};

/** Pulumi on the local stack, with these further options for `up`. */
export function createEngine(stack: Stack, upOptions: readonly string[]): Engine {
  return {
    repair: async (name) => {
      const log = join(logFolder(), `${name}.log`);
      const code = await pulumiUp(upOptions, log);
      if (code !== 0)
        throw new Error(`repair of ${name}: pulumi up ended with ${code}; see ${log}`);
      processOf(stack, name);
    },
  };
}

// In a group of its own: Ctrl-C is to end the load, not to leave a half repaired stack.
async function pulumiUp(options: readonly string[], log: string): Promise<number | string> {
  const output = openSync(log, "w", 0o600);
  const argv = ["run", "-s", "pulumi", "--", "up", "--yes", "--skip-preview", ...options];
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
