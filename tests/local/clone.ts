import { execFile, spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { expect } from "vitest";
import { findMarked, markerOf, readMarker } from "#infra/host/provider/proc.ts";
import { readRecord } from "#infra/host/provider/record.ts";
import { signUp } from "../account.ts";
import { repositoryFolder } from "../e2e/stack.ts";

export type Outcome = {
  readonly code: number;
  readonly output: string;
  readonly tookMs: number;
};

/** A clone of the repository for one test file, with its own ports. */
export type Clone = {
  readonly folder: string;
  readonly portBase: number;
  /** Runs an npm script of the clone to its end; both streams are in `output`. */
  readonly npm: (args: readonly string[], env?: NodeJS.ProcessEnv) => Outcome;
  /** The same, while others run: for what neither changes the stack nor waits for it. */
  readonly npmBeside: (args: readonly string[]) => Promise<Outcome>;
  readonly git: (...args: string[]) => string;
  /** Pid of each recorded process, by name. */
  readonly pids: () => Record<string, number>;
  /** Everything that runs and belongs to the stack of this clone. */
  readonly processes: () => ReturnType<typeof findMarked>;
  /** Pid and marker of each of those that the stack itself started. */
  readonly started: () => string[];
  /** The same, as it is to be: one of each recorded process. */
  readonly recorded: () => string[];
  readonly remove: () => void;
};

/** Clones what is committed, lends it this repository's packages, and gives it its own ports. */
export function createClone(portBase: number): Clone {
  const folder = mkdtempSync(join(tmpdir(), "todo-evolution-clone-"));
  // PostgreSQL's own user has to get to its data inside.
  chmodSync(folder, 0o755);
  must("git", ["clone", "--quiet", repositoryFolder, folder], tmpdir());
  linkOrCopy(join(repositoryFolder, "node_modules"), join(folder, "node_modules"));
  must(
    "sed",
    ["-i", `s/target: local/&\\n  todo-evolution:portBase: ${portBase}/`, "Pulumi.local.yaml"],
    folder,
  );
  must(
    "git",
    ["-c", "user.name=test", "-c", "user.email=test@localhost", "commit", "-qam", "ports"],
    folder,
  );

  const npm: Clone["npm"] = (args, env = process.env) => {
    const since = performance.now();
    const run = spawnSync("npm", ["run", "-s", ...args], { cwd: folder, env, encoding: "utf8" });
    const tookMs = performance.now() - since;
    return { code: run.status ?? 1, output: `${run.stdout}${run.stderr}`, tookMs };
  };
  const npmBeside: Clone["npmBeside"] = (args) => {
    const since = performance.now();
    return new Promise((resolve) => {
      const child = execFile(
        "npm",
        ["run", "-s", ...args],
        { cwd: folder },
        (_, stdout, stderr) => {
          const tookMs = performance.now() - since;
          resolve({ code: child.exitCode ?? 1, output: `${stdout}${stderr}`, tookMs });
        },
      );
    });
  };
  const processes = () => findMarked((marker) => marker.startsWith(`${folder}/.local:`));
  const pids = () => pidsIn(join(folder, ".local", "run"));
  return {
    folder,
    portBase,
    npm,
    npmBeside,
    git: (...args) => must("git", args, folder),
    pids,
    processes,
    started: () => startedIn(join(folder, ".local")),
    recorded: () =>
      Object.entries(pids())
        .map(([name, pid]) => marked(pid, markerOf(join(folder, ".local"), name)))
        .sort(),
    remove: () => {
      npm(["down"]);
      for (const { pid } of processes()) process.kill(pid, "SIGKILL");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/**
 * Pid and marker of each process that a stack in this folder started. What those start themselves is
 * theirs: one that PostgreSQL made for a connection a moment ago still looks as PostgreSQL itself.
 */
export function startedIn(stackFolder: string): string[] {
  const all = findMarked((marker) => marker.startsWith(`${stackFolder}:`));
  const known = new Set(all.map(({ pid }) => pid));
  const roots = all.filter(({ parent }) => !known.has(parent));
  return roots.map(({ pid }) => marked(pid, readMarker(pid))).sort();
}

const marked = (pid: number, marker = "no marker any more") => `${pid} ${marker}`;

/** A tree of hard links where the file system allows, which takes no time, or else of copies. */
export function linkOrCopy(from: string, to: string): void {
  if (spawnSync("cp", ["-al", from, to]).status === 0) return;
  rmSync(to, { recursive: true, force: true });
  must("cp", ["-a", from, to], tmpdir());
}

function pidsIn(folder: string): Record<string, number> {
  const names = readdirSync(folder).filter((file) => file.endsWith(".json"));
  return Object.fromEntries(
    names.map((file) => [basename(file, ".json"), readRecord(join(folder, file))?.pid ?? 0]),
  );
}

/** Expects that it ended well; shows else its last lines, where commands tell what was wrong. */
export function expectDone({ code, output }: Outcome): void {
  expect(code, output.trimEnd().split("\n").slice(-25).join("\n")).toBe(0);
}

/** The names whose process is not the one it was. */
export const changed = (before: Record<string, number>, after: Record<string, number>): string[] =>
  Object.keys(after)
    .filter((name) => before[name] !== after[name])
    .sort();

function must(program: string, args: readonly string[], cwd: string): string {
  const run = spawnSync(program, args, { cwd, encoding: "utf8" });
  if (run.status !== 0) throw new Error(`${program} ${args.join(" ")}: ${run.stderr}`);
  return run.stdout;
}

/** What a running stack wrote down of itself for commands and tests. */
export const outputsOf = ({ folder }: Clone) =>
  JSON.parse(readFileSync(join(folder, ".local", "stack.json"), "utf8"));

/** Creates a task as a new user and waits for its entry. Throws when there is none within 20 s. */
export async function createdAndListed(baseUrl: string): Promise<void> {
  // A kept connection may be one to a process that was restarted meanwhile.
  const fresh = { connection: "close" };
  const post = (path: string, body: object, headers = {}) =>
    fetch(`${baseUrl}${path}`, {
      method: "POST",
      body: JSON.stringify(body),
      headers: { ...fresh, ...headers },
    });
  const account = await signUp(baseUrl, { headers: fresh });
  const headers = { ...fresh, authorization: `Bearer ${await account.token()}` };
  const since = performance.now();
  const created = await post("/api/tasks", { title: "Is it up?" }, headers);
  if (created.status !== 201) throw new Error(`create answered ${created.status}`);
  for (;;) {
    const answer = await fetch(`${baseUrl}/api/activity`, { headers });
    const { entries = [] } = (await answer.json()) as { entries?: unknown[] };
    const tookMs = performance.now() - since;
    if (entries.length > 0) return;
    if (tookMs > 20_000) throw new Error(`no entry within ${tookMs} ms (${answer.status})`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
