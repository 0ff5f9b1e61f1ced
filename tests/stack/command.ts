import { type ChildProcess, spawn } from "node:child_process";
import { delimiter } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { withDescendants } from "#infra/host/provider/proc.ts";
import { repositoryFolder } from "../e2e/stack.ts";

/** How a command ended and what it said. */
export type Ran = {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Both streams as they came. */
  readonly output: string;
  readonly tookMs: number;
};

export type CommandOptions = {
  readonly folder: string;
  /** Over the environment of an ordinary shell; `undefined` takes a variable out. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly timeoutMs?: number;
};

/** A command under way. */
export type Running = { readonly pid: number; readonly ended: Promise<Ran> };

const defaultTimeoutMs = 150_000;
/** What a killed command's children still hold is not waited for any longer. */
const closeMs = 1_000;

/** Runs a command to its end, whatever its exit code. */
export const run = (argv: readonly string[], options: CommandOptions): Promise<Ran> =>
  begin(argv, options).ended;

/** Starts a command; one that takes too long is killed with all it started, by their pids. */
export function begin(argv: readonly string[], options: CommandOptions): Running {
  const { folder, env = {}, timeoutMs = defaultTimeoutMs } = options;
  const [program = "", ...args] = argv;
  const startedAt = performance.now();
  const child = spawn(program, args, {
    cwd: folder,
    env: { ...shellEnvironment(), ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said = { stdout: "", stderr: "", output: "" };
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream].setEncoding("utf8").on("data", (text: string) => {
      said[stream] += text;
      said.output += text;
    });
  }
  const { pid } = child;
  const timer = setTimeout(() => {
    said.output += `\n(killed after ${timeoutMs / 1_000} s: ${argv.join(" ")})`;
    if (pid !== undefined) killFamily(pid);
  }, timeoutMs);
  const ended = endOf(child).then((code) => {
    clearTimeout(timer);
    return { code, ...said, tookMs: performance.now() - startedAt };
  });
  return { pid: pid ?? 0, ended };
}

/** Kills a process and everything that descends from it, each by its pid; but not the spared. */
export function killFamily(leader: number, { spare }: { spare?: number } = {}): void {
  for (const { pid } of withDescendants([leader]).filter(({ pid }) => pid !== spare)) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It ended in the meantime.
    }
  }
}

/**
 * The environment of a shell in which nobody ran npm, Vitest or `npm run env` yet: what they set
 * must not reach the commands under test.
 */
export function shellEnvironment(): NodeJS.ProcessEnv {
  const strange =
    /^(npm_.*|INIT_CWD|VITEST.*|TEST|NODE_ENV|NODE_OPTIONS|PROD|DEV|MODE|SSR|BASE_URL|PULUMI_.*|TODO_URL|STACK_TEST_.*|FORCE_TTY|FORCE_COLOR|NO_COLOR)$/;
  const kept = Object.entries(process.env).filter(([name]) => !strange.test(name));
  const folders = (process.env.PATH ?? "").split(delimiter).filter((folder) => {
    return !folder.startsWith(repositoryFolder) && !/\/node_modules\//.test(`${folder}/`);
  });
  return { ...Object.fromEntries(kept), PATH: folders.join(delimiter) };
}

async function endOf(child: ChildProcess): Promise<number | null> {
  const closed = new Promise((resolve) => child.once("close", resolve));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", resolve);
  });
  await Promise.race([closed, sleep(closeMs)]);
  return code;
}
