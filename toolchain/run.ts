import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { makeFolder } from "./cache.ts";
import { ToolchainError } from "./toolchain-error.ts";

/** How to run a build command. */
export type RunOptions = {
  readonly folder: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Takes both streams; its last lines are shown when the command fails. */
  readonly logFile: string;
  readonly signal: AbortSignal;
};

// Runs the command and ends its whole process group when standard input closes, which it does
// when this process is gone, even by kill -9: no build goes on without anyone waiting for it.
const watched = `
exec 3<&0 </dev/null
"$@" 3<&- & command=$!
{ read -r line <&3; kill -KILL 0; } & watcher=$!
exec 3<&-
wait "$command"; code=$?
kill "$watcher"
exit "$code"`;

/**
 * Runs a build command in a process group of its own, with its output in a log file.
 * @throws ToolchainError with the last 20 lines of output, the log's path and the remedy
 */
export async function run(command: string, args: string[], options: RunOptions): Promise<void> {
  makeFolder(dirname(options.logFile));
  const log = openSync(options.logFile, "a");
  const child = spawn("sh", ["-c", watched, "sh", command, ...args], {
    cwd: options.folder,
    env: options.environment,
    stdio: ["pipe", log, log],
    detached: true,
  });
  closeSync(log);
  const stop = () => child.pid !== undefined && process.kill(-child.pid, "SIGKILL");
  options.signal.addEventListener("abort", stop);
  try {
    const code = await new Promise<number | null>((settle, fail) => {
      child.once("error", fail);
      child.once("close", settle);
    });
    options.signal.throwIfAborted();
    if (code !== 0) throw failure(`${command} ended with code ${code}`, options.logFile);
  } finally {
    options.signal.removeEventListener("abort", stop);
  }
}

function failure(what: string, logFile: string): ToolchainError {
  const output = readFileSync(logFile, "utf8");
  const tail = output.trimEnd().split("\n").slice(-20);
  return new ToolchainError(
    [
      `${what}; its last lines:`,
      ...tail.map((line) => `    ${line}`),
      `Full log: ${logFile}`,
      remedy(output),
    ].join("\n"),
  );
}

const remedies: readonly (readonly [RegExp, string])[] = [
  [/no space left on device|ENOSPC/i, "The disk is full: free about 4 GB, then run it again."],
  [
    /signal: killed|out of memory|cannot allocate/i,
    "Memory ran out: free about 2 GB, then run it again.",
  ],
  [
    /requires go >=|toolchain not available/i,
    "Install a newer Go (see the version above), or let it fetch one: `go env -w GOTOOLCHAIN=auto`.",
  ],
  [
    /dial tcp|i\/o timeout|lookup .* (no such host|server misbehaving)|Unknown host|UnresolvedAddress|ENOTFOUND|ECONNREFUSED|ETIMEDOUT|ECONNRESET|EAI_AGAIN|Connect(ion)? (timed out|refused)|could not transfer|403 Forbidden|502|503/i,
    "The module registry could not be reached: check the network, GOPROXY, Maven's settings.xml or npm's registry, then run it again; it goes on where it stopped.",
  ],
];

function remedy(output: string): string {
  const known = remedies.find(([pattern]) => pattern.test(output));
  return (
    known?.[1] ??
    "Run it again: it goes on where it stopped. If it fails the same way, the lines above say why."
  );
}
