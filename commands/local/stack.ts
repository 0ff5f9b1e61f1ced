import { spawn } from "node:child_process";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { parse } from "yaml";
import { Refusal } from "#commands/run.ts";
import { usualPortBase } from "#infra/host/port-plan.ts";
import { daprPrograms, hostPrograms } from "#infra/host/programs.ts";
import { nodeEnvironment } from "#infra/host/source.ts";
import { hostStackOf } from "#infra/host/stack-folder.ts";
import { readEnvFile, servicesLine } from "#stacks/env-file.ts";
import { ensurePrograms } from "#toolchain/ensure.ts";
import { findPrograms } from "#toolchain/find.ts";
import { fileBackend } from "./file-backend.ts";

export const clone = join(import.meta.dirname, "..", "..");
export const stack = hostStackOf(clone);
const stackName = "local";

const engine = ["pulumi", "pulumi-language-nodejs"] as const;
const stateFolder = join(stack.folder, "state");
/** Where the engine's file backend keeps this stack. */
export const checkpoint = join(
  stateFolder,
  ".pulumi",
  "stacks",
  "todo-evolution",
  `${stackName}.json`,
);

/** Whether the stack has been made and not been taken down. */
export const stackExists = (): boolean => existsSync(checkpoint);

/** A key of the stack's own configuration, as it is in its file; undefined where it is not set. */
export const configured = (key: string): unknown =>
  parse(readFileSync(join(clone, `Pulumi.${stackName}.yaml`), "utf8"))?.config?.[
    `todo-evolution:${key}`
  ];

/** Whether the stack uses servers that stand elsewhere instead of its own. */
export const usesExternalServices = (): boolean =>
  (configured("services") ?? readEnvFile(clone)[servicesLine.name]) === "external";

/** Where the stack's ports begin, as its configuration says. */
export const configuredPortBase = (): number => Number(configured("portBase") ?? usualPortBase);

/** Tells only what takes time, on standard error: for commands whose output is of something else. */
const onlyNews = (line: string): void => {
  if (!/ (cached|on PATH)$/.test(line)) console.error(line);
};

/**
 * Finds or builds every program that the stack needs, a line of progress for each; those of servers
 * only where they are its own.
 */
export async function ensureToolchain(
  log: (line: string) => void = onlyNews,
  external = usesExternalServices(),
): Promise<void> {
  const ran = external ? daprPrograms : hostPrograms;
  const programs = await ensurePrograms([...engine, ...ran], { log });
  const host = programs["pulumi-language-nodejs"];
  if (host.from === "cache") putBeside(dirname(programs.pulumi.path), host.path);
}

/**
 * The engine warns of a language host that it finds elsewhere than beside itself. Ours is older than
 * the engine and does not hear that Node strips the types (`typescript: false` of Pulumi.yaml): it is
 * told, as it would load the compiler into each run.
 */
function putBeside(folder: string, host: string): void {
  const beside = join(folder, "pulumi-language-nodejs");
  const script = `#!/bin/sh\nexec '${host}' -typescript=false "$@"\n`;
  const there = lstatSync(beside, { throwIfNoEntry: false });
  if (there?.isFile() && readFileSync(beside, "utf8") === script) return;
  const made = `${beside}.${process.pid}`;
  writeFileSync(made, script, { mode: 0o755 });
  chmodSync(made, 0o755); // whatever the umask
  renameSync(made, beside); // an engine that is starting finds one or the other
}

/**
 * The environment in which plain `pulumi` works on the local stack: state in a file backend inside
 * the clone whatever the login, a fixed passphrase (it guards throw-away passwords of processes
 * that listen on 127.0.0.1), and the programs found on PATH.
 */
export async function pulumiEnvironment(): Promise<Record<string, string>> {
  const programs = await findPrograms(engine);
  const folders = [
    join(clone, "node_modules", ".bin"),
    ...engine.map((name) => dirname(programs[name].path)),
  ];
  return {
    PATH: [...new Set(folders), process.env.PATH ?? ""].join(":"),
    PULUMI_BACKEND_URL: fileBackend(stateFolder),
    PULUMI_HOME: join(stack.folder, "pulumi-home"),
    PULUMI_STACK: stackName,
    PULUMI_CONFIG_PASSPHRASE: "local",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    // Lets `up` take --event-log, by which we learn what it changed.
    PULUMI_DEBUG_COMMANDS: "true",
    ...nodeEnvironment(clone),
    // Without a person to look at it, the engine's colours and cursor moves are noise.
    ...(process.stdout.isTTY ? {} : { NO_COLOR: "1" }),
  };
}

/** Runs the engine on the local stack with the terminal; resolves to its exit code. */
export async function runPulumi(
  args: readonly string[],
  options: { quiet?: boolean } = {},
): Promise<{ code: number; output: string }> {
  // The language host leaves its pipes behind in the temporary folder; this one goes with the run.
  const temporary = mkdtempSync(join(stack.folder, "engine-"));
  const env = { ...process.env, ...(await pulumiEnvironment()), TMPDIR: temporary };
  const input = options.quiet ? "ignore" : "inherit";
  const out = options.quiet ? "pipe" : "inherit";
  const child = spawn("pulumi", args, { cwd: clone, env, stdio: [input, out, "inherit"] });
  let output = "";
  child.stdout?.on("data", (chunk) => {
    output += chunk;
  });
  // The terminal sends Ctrl-C to both; the engine decides what to do, and we wait for it.
  const wait = () => {};
  process.on("SIGINT", wait);
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  const code = await new Promise<number>((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (exitCode) => resolve(exitCode ?? 1));
  });
  process.off("SIGINT", wait);
  rmSync(temporary, { recursive: true, force: true });
  return { code, output };
}

/** Makes the stack's state if there is none, and frees it from an engine that was killed. */
export async function prepareState(): Promise<void> {
  mkdirSync(stack.folder, { recursive: true });
  // PostgreSQL's own user must get to its data below, whatever the umask.
  chmodSync(stack.folder, 0o755);
  mkdirSync(stateFolder, { recursive: true, mode: 0o700 });
  const cutOff = removeStaleLocks();
  if (stackExists()) {
    if (cutOff) await forgetUnfinished();
    return;
  }
  const { code } = await runPulumi(["stack", "init", stackName], { quiet: true });
  if (code !== 0) throw new Refusal("the stack's state could not be made; see above");
}

/**
 * What the killed engine had begun is in its state as pending. Whether it was done is seen by the
 * provider at the next `up`, so the entries are dropped.
 */
async function forgetUnfinished(): Promise<void> {
  const args = ["refresh", "--yes", "--skip-preview", "--clear-pending-creates"];
  const { code, output } = await runPulumi(args, { quiet: true });
  if (code !== 0) throw new Refusal(`the state could not be freed of unfinished steps:\n${output}`);
}

/**
 * Ends a command that changes the stack while another one does, which the engine would do with the
 * advice to delete its lock.
 * @throws Refusal
 */
export function refuseWhileAnotherWorks(): void {
  for (const { lock } of readLocks()) {
    if (!lock || lock.hostname !== hostname() || !isEngine(lock.pid)) continue;
    throw new Refusal(
      `another command works on the stack of this clone (pid ${lock.pid}, since ` +
        `${lock.timestamp}): wait until it has ended, or end it by Ctrl-C, and run this again`,
    );
  }
}

/** A lock whose holder no longer lives is what a kill or a power cut leaves behind. */
function removeStaleLocks(): boolean {
  let removed = false;
  for (const { path, lock } of readLocks()) {
    if (lock && (lock.hostname !== hostname() || isEngine(lock.pid))) continue;
    rmSync(path, { force: true });
    removed = true;
    const which = lock ? `, pid ${lock.pid},` : "";
    console.error(`(an earlier run${which} was cut off; going on from where it was)`);
  }
  return removed;
}

type Lock = { readonly pid: number; readonly hostname: string; readonly timestamp: string };

function readLocks(): { path: string; lock: Lock | undefined }[] {
  const folder = join(stateFolder, ".pulumi", "locks", "organization", "todo-evolution", stackName);
  if (!existsSync(folder)) return [];
  const paths = readdirSync(folder).map((name) => join(folder, name));
  return paths.map((path) => ({ path, lock: readLock(path) }));
}

/** What a lock says; undefined when its writer did not get to the end of it. */
function readLock(path: string): Lock | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
}

/** Whether this pid is an engine's: after a restart of the machine any program may have it. */
function isEngine(pid: number): boolean {
  const name = `/proc/${pid}/comm`;
  return existsSync(name) && readFileSync(name, "utf8").trim() === "pulumi";
}
