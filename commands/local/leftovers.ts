import { existsSync, readdirSync } from "node:fs";
import { planPorts, replicaName } from "#infra/host/port-plan.ts";
import { takenPorts } from "#infra/host/provider/ports.ts";
import { describeProcess, findMarked } from "#infra/host/provider/proc.ts";
import type { HostStack } from "#infra/host/stack-folder.ts";

/** What is still there of a stack that should be gone, a line each. */
export type Leftovers = {
  readonly processes: readonly string[];
  readonly ports: readonly string[];
  readonly files: readonly string[];
};

/**
 * Looks for what a stack may have left: processes with its mark in their environment, listeners
 * on its ports that are such processes, and files in its folder.
 */
export function findLeftovers(stack: HostStack, portBase: number): Leftovers {
  const marked = findMarked((marker) => marker.startsWith(`${stack.folder}:`));
  const pids = new Set(marked.map(({ pid }) => pid));
  return {
    processes: marked.map(({ pid }) => `${pid} ${describeProcess(pid)}`),
    ports: takenPorts(flatPorts(portBase))
      .filter(({ pid }) => pid !== undefined && pids.has(pid))
      .map(({ name, port, pid }) => `${port} (${name}, pid ${pid})`),
    files: existsSync(stack.folder) ? readdirSync(stack.folder) : [],
  };
}

/** Every port that a stack from this one on may use, by its name. */
export function flatPorts(portBase: number): Record<string, number> {
  const { services, ...platform } = planPorts(portBase);
  const ofServices = Object.entries(services).flatMap(([appId, replicas]) =>
    replicas.flatMap((ports, index) =>
      Object.entries(ports).map(([name, port]) => [`${replicaName(appId, index)} ${name}`, port]),
    ),
  );
  return { ...platform, ...Object.fromEntries(ofServices) };
}
