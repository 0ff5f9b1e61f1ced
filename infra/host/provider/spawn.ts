import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { openLog } from "./log-file.ts";
import { markerVariable } from "./proc.ts";
import { stopMarked } from "./stop.ts";
import { accountOf } from "./user.ts";
import { waitFor } from "./wait.ts";

/** A command with everything it sees of the world. */
export interface Launch {
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly user: string | undefined;
  readonly logFile: string;
  /** The line that tells this start in the log. */
  readonly headline: string;
  readonly marker: string;
}

/**
 * Starts a command in a session of its own, so that it outlives us and no Ctrl-C reaches it.
 * Throws when the folder or the program is missing.
 */
export async function launch(options: Launch): Promise<ChildProcess & { pid: number }> {
  const [program, ...args] = options.command;
  if (!program) throw new Error("The command is empty.");
  mkdirSync(dirname(options.logFile), { recursive: true });
  // Node reports a missing folder as a missing program.
  if (!existsSync(options.cwd)) throw new Error(`The folder ${options.cwd} does not exist.`);
  const account = accountOf(options.user);
  const log = openLog(options.logFile, options.headline);
  try {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: {
        PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        HOME: account.home,
        LANG: "C.UTF-8",
        TZ: "UTC",
        ...options.env,
        [markerVariable]: options.marker,
      },
      detached: true,
      stdio: ["ignore", log, log],
      ...account.ids,
    });
    await once(child, "spawn").catch((error: NodeJS.ErrnoException) => {
      throw new Error(`${program} cannot be started: ${error.code ?? error.message}`);
    });
    child.unref();
    return child as ChildProcess & { pid: number };
  } finally {
    closeSync(log);
  }
}

/** How a child ended, in words; undefined while it runs. */
export function endOf(child: ChildProcess): string | undefined {
  if (child.exitCode !== null) return `ended with code ${child.exitCode}`;
  return child.signalCode === null ? undefined : `was ended by ${child.signalCode}`;
}

/**
 * Runs a command to its end. One that an interrupted engine left behind is stopped first. Throws
 * with how it ended when it fails or takes longer than the time.
 */
export async function runToEnd(
  options: Launch,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<void> {
  await stopMarked(options.marker);
  const child = await launch(options);
  try {
    const end = await waitFor(() => endOf(child), { timeoutMs, signal });
    if (end === "ended with code 0") return;
    throw new Error(end ?? `did not end within ${timeoutMs / 1000} s`);
  } finally {
    await stopMarked(options.marker);
  }
}
