import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { type Builder, builders as realBuilders } from "./builders.ts";
import { commitEntry, makeFolder, sweep, withTemporaryFolder } from "./cache.ts";
import { isReachableByOthers } from "./cache-root.ts";
import { javaRemedy, type Located, locate, thisMachine } from "./find.ts";
import { interruptible } from "./interrupt.ts";
import { withLock } from "./lock.ts";
import type { Pinned, Recipe } from "./pinned.ts";
import type { Setting } from "./probe.ts";
import { catalog, type Program, type ProgramName } from "./programs.ts";
import { createProgress, type Live, type Progress } from "./progress.ts";
import { entryName } from "./recipe-hash.ts";
import { ToolchainError } from "./toolchain-error.ts";

/** How to make programs; all but `log` is for tests and `--verify`. */
export type EnsureOptions = {
  /** Takes one line per program. */
  readonly log?: (line: string) => void;
  /** Takes the running line; the default is standard error when it is a terminal. */
  readonly live?: Live;
  /** Compares the content of cache entries, not only the sizes of their files. */
  readonly verify?: boolean;
  readonly setting?: Setting;
  readonly builders?: Record<Recipe["kind"], Builder>;
};

type Making = Required<Pick<EnsureOptions, "setting" | "builders" | "verify">> & {
  readonly progress: Progress;
  readonly signal: AbortSignal;
};
type MadeName = Exclude<ProgramName, "java">;

/**
 * Finds each program on PATH or in the cache, or makes it, in the order given. What is missing
 * to make them is told at once, before the first of them takes minutes.
 * @throws ToolchainError with the end of a failed build's output, its log and the remedy
 */
export async function ensurePrograms<Name extends ProgramName>(
  names: readonly Name[],
  options: EnsureOptions = {},
): Promise<Record<Name, Program>> {
  const { setting = thisMachine(), builders = realBuilders, verify = false } = options;
  const { log = console.log, live = process.stderr.isTTY ? process.stderr : undefined } = options;
  const progress = createProgress(log, live);
  sweep(setting.cacheRoot);
  const found = new Map<ProgramName, Program>();
  const missing: MadeName[] = [];
  for (const name of new Set<ProgramName>(names)) {
    const located = locate(name, setting, { verify });
    if (located.state === "found") {
      found.set(name, located.program);
      progress.say(`${name} ${located.program.version}`, whereFrom(located.program));
    } else if (name !== "java") missing.push(name);
  }
  checkMachine(names, missing, setting, builders);
  await interruptible(async (signal) => {
    const making: Making = { setting, builders, verify, progress, signal };
    for (const program of await makeInLanes(missing, making)) found.set(program.name, program);
  });
  return Object.fromEntries(names.map((name) => [name, found.get(name)])) as Record<Name, Program>;
}

/** Throws one error with everything that this machine lacks. */
function checkMachine(
  names: readonly ProgramName[],
  missing: readonly MadeName[],
  setting: Setting,
  builders: Record<Recipe["kind"], Builder>,
): void {
  const lacks = new Set(missing.map((name) => builders[catalog[name].recipe.kind].check(setting)));
  const needsJava = names.includes("java") || names.includes("kafka");
  if (needsJava && locate("java", setting).state !== "found") lacks.add(javaRemedy);
  lacks.delete(undefined);
  const isRoot = process.getuid?.() === 0;
  if (isRoot && missing.includes("postgres") && !isReachableByOthers(setting.cacheRoot)) {
    lacks.add(
      `PostgreSQL refuses to run as root, and no other user can reach ${setting.cacheRoot}: ` +
        "set TODO_EVOLUTION_CACHE to a folder that all users can reach, or leave it unset.",
    );
  }
  if (lacks.size > 0) throw new ToolchainError([...lacks].join("\n"));
}

/** One Go build at a time, and beside it one download at a time. */
async function makeInLanes(names: readonly MadeName[], making: Making): Promise<Program[]> {
  const lane = async (kind: Builder["lane"]) => {
    const made: Program[] = [];
    for (const name of names) {
      if (making.builders[catalog[name].recipe.kind].lane === kind) {
        made.push(await make(name, making));
      }
    }
    return made;
  };
  // When one lane fails the other finishes what it has begun: that work is kept.
  const lanes = await Promise.allSettled([lane("network"), lane("processor")]);
  const failures = lanes.flatMap((result) => (result.status === "rejected" ? [result.reason] : []));
  making.signal.throwIfAborted();
  if (failures.length > 0) throw failures[0];
  return lanes.flatMap((result) => (result.status === "fulfilled" ? result.value : []));
}

async function make(name: MadeName, making: Making): Promise<Program> {
  const { setting, progress, signal } = making;
  const pinned: Pinned = catalog[name];
  const label = `${name} ${pinned.version}`;
  const entry = entryName(name, pinned);
  makeFolder(setting.cacheRoot);
  const work = async (): Promise<Program> => {
    signal.throwIfAborted();
    const located: Located = locate(name, setting, { verify: making.verify });
    if (located.state === "found") {
      progress.say(label, "cached, made by the other run");
      return located.program;
    }
    if (located.state === "corrupt") {
      progress.say(label, `its cache entry is damaged (${located.reason}): making it anew`);
      rmSync(join(setting.cacheRoot, entry), { recursive: true, force: true });
    }
    await build(name, pinned, making);
    const path = join(setting.cacheRoot, entry, pinned.main);
    return { name, version: pinned.version, path, from: "cache" };
  };
  const onWait = (pid: number) =>
    progress.say(label, `waiting for process ${pid}, which is making it`);
  return withLock(join(setting.cacheRoot, "locks", entry), work, { signal, onWait });
}

async function build(name: MadeName, pinned: Pinned, making: Making): Promise<void> {
  const { setting, progress, signal } = making;
  const builder = making.builders[pinned.recipe.kind];
  const entry = entryName(name, pinned);
  const logFile = join(setting.cacheRoot, "logs", `${entry}.log`);
  rmSync(logFile, { force: true });
  const done = progress.start(`${name} ${pinned.version}`, builder.doing);
  try {
    await withTemporaryFolder(setting.cacheRoot, entry, async (folder) => {
      const job = { entry: join(folder, "entry"), scratch: join(folder, "scratch") };
      makeFolder(job.entry);
      makeFolder(job.scratch);
      await builder.build({ ...job, name, pinned, logFile, signal, setting });
      smoke(name, pinned, job.entry);
      commitEntry(job.entry, join(setting.cacheRoot, entry), {
        program: name,
        version: pinned.version,
      });
    });
  } catch (error) {
    done(signal.aborted ? "stopped after" : "failed after");
    if (!(error instanceof ToolchainError)) throw error;
    throw new ToolchainError(`${name} ${pinned.version}: ${error.message}`);
  }
  done(`${builder.done} in`);
}

/** Shows that a new program starts on this machine, before anyone relies on it. */
function smoke(name: string, pinned: Pinned, entry: string): void {
  if (pinned.smoke === undefined) return;
  const [executable, ...args] = pinned.smoke;
  const answer = spawnSync(join(entry, executable), args, { encoding: "utf8", timeout: 30_000 });
  if (answer.status === 0) return;
  const output = answer.error?.message ?? answer.stderr.trim();
  throw new ToolchainError(
    `it does not start on this machine:\n    ${output}\n` +
      `Install the library that it names, or put a ${name} of your distribution on PATH.`,
  );
}

function whereFrom({ from }: Program): string {
  return from === "path" ? "on PATH" : "cached";
}
