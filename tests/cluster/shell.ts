import { spawnSync } from "node:child_process";
import { Refusal } from "#commands/run.ts";

/** Runs a command to its end and returns what it printed. Throws with its last words. */
export function run(command: string, args: readonly string[], input?: string): string {
  const done = spawnSync(command, args, {
    encoding: "utf8",
    input,
    maxBuffer: 64 * 1024 * 1024,
    env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` },
  });
  if (done.status === 0) return done.stdout;
  const words = done.error?.message ?? (done.stderr || done.stdout).trim();
  throw new Refusal(`${command} ${args.slice(0, 4).join(" ")} …: ${words.slice(-2_000)}`);
}

/** Whether a command ends well. */
export const succeeds = (command: string, args: readonly string[]): boolean =>
  spawnSync(command, args, { stdio: "ignore" }).status === 0;
