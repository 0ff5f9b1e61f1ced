import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { expect } from "vitest";
import { findMarked, type ProcessStat, readMarker } from "#infra/host/provider/proc.ts";
import type { Clone } from "./clone.ts";

/** Every process that the stack is made of. */
export const processNames = [
  ...["audit", "audit-sidecar", "backend", "backend-sidecar", "kafka", "postgres", "redis"],
  ...["scheduler", "sentry"],
];

/** Name → pid, as the stack has written them down. */
export function recordedPids(clone: Clone): Record<string, number> {
  const folder = join(clone.stackFolder, "run");
  const files = readdirSync(folder).filter((file) => file.endsWith(".json"));
  return Object.fromEntries(
    files.map((file) => {
      const { pid } = JSON.parse(readFileSync(join(folder, file), "utf8")) as { pid: number };
      return [basename(file, ".json"), pid];
    }),
  );
}

/** The pid of one process of the stack. */
export function pidOf(clone: Clone, name: string): number {
  const pid = recordedPids(clone)[name];
  if (pid === undefined) throw new Error(`${name} is not written down in ${clone.stackFolder}/run`);
  return pid;
}

/** Kills one process of the stack the hard way. */
export const kill = (clone: Clone, name: string): void => {
  process.kill(pidOf(clone, name), "SIGKILL");
};

/** Names of the processes whose pid is another one than before. */
export function restartedSince(before: Readonly<Record<string, number>>, clone: Clone): string[] {
  const now = recordedPids(clone);
  const names = new Set([...Object.keys(before), ...Object.keys(now)]);
  return [...names].filter((name) => before[name] !== now[name]).sort();
}

/** Every process that carries the mark of this stack. */
export const markedProcesses = (clone: Clone): ProcessStat[] =>
  findMarked((marker) => marker.startsWith(`${clone.stackFolder}:`));

/** Fails unless each process of the stack runs exactly once, and is the one written down. */
export function expectEachOnce(clone: Clone): void {
  const leaders = markedProcesses(clone)
    .filter(({ pid, session }) => pid === session)
    .map(({ pid }) => [readMarker(pid)?.split(":").at(-1) ?? "gone", pid] as const);
  expect(leaders.map(([name]) => name).sort()).toEqual(processNames);
  expect(Object.fromEntries(leaders)).toEqual(recordedPids(clone));
}
