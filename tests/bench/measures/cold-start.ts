import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { repositoryFolder } from "../../e2e/stack.ts";
import { distributionOf } from "../distribution.ts";
import { freePort } from "../free-port.ts";
import type { Measurement } from "../report.ts";
import type { Bench } from "./bench.ts";

const starts = 10;
const readyWithinMs = 20_000;

/** Starts services as the local stack does, one at a time beside it, until they say they are ready. */
export async function coldStart({ system, signal }: Bench): Promise<Measurement[]> {
  const measure = async (service: string): Promise<number[]> => {
    const environment = system.environmentOf(service);
    const times: number[] = [];
    for (let start = 0; start < starts; start++) {
      signal.throwIfAborted();
      // No sidecar, so that it takes no lane and no partition from the one that works.
      const port = await freePort();
      const env = { ...environment, PORT: String(port), DAPR_ENABLED: "false" };
      times.push(await readyAfter([`apps/${service}/main.ts`], env, `http://127.0.0.1:${port}`));
    }
    return times;
  };
  const audit = await measure("audit");
  const backend = await measure("backend");
  return [
    {
      name: "cold start",
      unit: "ms",
      values: distributionOf([...audit, ...backend]),
      note: "audit and backend from source, database reachable, until /readyz is 200",
    },
    { name: "cold start: audit", unit: "ms", values: distributionOf(audit) },
    { name: "cold start: backend", unit: "ms", values: distributionOf(backend) },
  ];
}

async function readyAfter(
  args: readonly string[],
  env: Record<string, string>,
  url: string,
): Promise<number> {
  const since = performance.now();
  const child = spawn(process.execPath, args, { cwd: repositoryFolder, env, stdio: "ignore" });
  const exited = once(child, "exit");
  try {
    for (;;) {
      const response = await fetch(`${url}/readyz`).catch(() => undefined);
      if (response?.ok) return performance.now() - since;
      if (child.exitCode !== null) throw new Error(`${args.join(" ")} ended: ${child.exitCode}`);
      if (performance.now() - since > readyWithinMs) throw new Error(`${args} is not ready`);
      await sleep(5);
    }
  } finally {
    child.kill("SIGKILL");
    await exited;
  }
}
