import { setTimeout as sleep } from "node:timers/promises";
import { Refusal } from "#commands/run.ts";
import { replicaName } from "#infra/host/port-plan.ts";
import type { Stack } from "../e2e/stack.ts";
import type { Engine } from "./engine.ts";
import { type Fault, kill, timed } from "./fault.ts";

const untilRepairMs = 3_000;

/** Every process of the local stack killed, each replica too, and nothing, for comparison. */
export function killsOf(stack: Stack, engine: Engine): Fault[] {
  const replicas = Object.entries(stack.services).flatMap(([appId, { urls }]) =>
    urls.map((_, index) => replicaName(appId, index)),
  );
  const sidecars = replicas.map((name) => `${name}-sidecar`);
  const others = ["kafka", "redis", "postgres", "scheduler", "sentry"];
  const killed = [...replicas, ...sidecars, ...others].map((name) => ({
    name,
    strike: () => killAndRepair(stack, engine, name),
  }));
  return [{ name: "none", strike: async () => undefined }, ...killed];
}

/** The faults of these names; without names all that do not take long, or all. */
export function choose(
  faults: readonly Fault[],
  names: readonly string[] | undefined,
  withLong: boolean,
): readonly Fault[] {
  if (!names) return faults.filter(({ isLong }) => withLong || !isLong);
  return names.map((name) => {
    const found = faults.find((fault) => fault.name === name);
    if (found) return found;
    const known = faults.map((fault) => fault.name).join(", ");
    throw new Refusal(`--fault ${name} is unknown: one of ${known}`);
  });
}

/** Kills exactly the recorded process, waits a little, and has Pulumi bring it back. */
async function killAndRepair(stack: Stack, engine: Engine, name: string) {
  await kill(stack, name);
  await sleep(untilRepairMs);
  return timed(() => engine.repair(name));
}
