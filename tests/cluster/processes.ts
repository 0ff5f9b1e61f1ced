import { spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Refusal } from "#commands/run.ts";
import { type Identity, identityOf, isAlive } from "#infra/host/provider/proc.ts";
import { plan } from "./plan.ts";

export type Daemon = {
  readonly name: string;
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Says whether it is up; asked until it says so. */
  readonly ready: () => boolean | Promise<boolean>;
};

const records = join(plan.state, "processes");
const readyWithinMs = 90_000;
const goneWithinMs = 15_000;
const logTail = 15;

const logFile = (name: string): string => join(plan.state, "logs", `${name}.log`);

/** Starts a program in the cluster's network unless it runs, and waits until it is up. */
export async function ensure({ name, command, env, ready }: Daemon): Promise<"ran" | "started"> {
  const found = recordOf(name);
  const ran = found !== undefined && isAlive(found);
  if (!ran) start(name, command, env);
  const until = Date.now() + readyWithinMs;
  while (!(await ready())) {
    const now = recordOf(name);
    if (!now || !isAlive(now)) throw new Refusal(`${name} ended:\n${endOfLog(name)}`);
    if (Date.now() > until) throw new Refusal(`${name} does not come up:\n${endOfLog(name)}`);
    await sleep(100);
  }
  return ran ? "ran" : "started";
}

function start(name: string, command: readonly string[], env: Daemon["env"]): void {
  mkdirSync(records, { recursive: true });
  mkdirSync(join(plan.state, "logs"), { recursive: true });
  const log = openSync(logFile(name), "a", 0o600);
  // `ip netns exec` would mount another /sys, in which kubelet finds no control groups.
  const child = spawn("nsenter", [`--net=/run/netns/${plan.netns}`, ...command], {
    cwd: plan.state,
    detached: true,
    stdio: ["ignore", log, log],
    env: { PATH: `${process.env.PATH}:/usr/sbin:/sbin`, HOME: plan.state, ...env },
  });
  child.unref();
  const identity = child.pid === undefined ? undefined : identityOf(child.pid);
  if (!identity) throw new Refusal(`${name} does not start: ${command[0]}`);
  writeFileSync(join(records, `${name}.json`), JSON.stringify(identity));
}

/** Ends a program: asked first, then killed. Returns when it is gone. */
export async function stop(name: string, signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
  const found = recordOf(name);
  if (found && isAlive(found)) {
    process.kill(found.pid, signal);
    const until = Date.now() + goneWithinMs;
    while (isAlive(found)) {
      if (Date.now() > until) process.kill(found.pid, "SIGKILL");
      await sleep(50);
    }
  }
  rmSync(join(records, `${name}.json`), { force: true });
}

/** Ends a program as a power cut would. */
export const kill = (name: string): Promise<void> => stop(name, "SIGKILL");

export type Running = { readonly name: string; readonly pid: number; readonly alive: boolean };

/** Every program that was started, and whether it runs. */
export const running = (): Running[] =>
  (existsSync(records) ? readdirSync(records) : []).sort().map((file) => {
    const name = file.replace(/\.json$/, "");
    const found = recordOf(name);
    return { name, pid: found?.pid ?? 0, alive: found !== undefined && isAlive(found) };
  });

function recordOf(name: string): Identity | undefined {
  const file = join(records, `${name}.json`);
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined;
}

const endOfLog = (name: string): string =>
  existsSync(logFile(name))
    ? readFileSync(logFile(name), "utf8").trimEnd().split("\n").slice(-logTail).join("\n")
    : "";
