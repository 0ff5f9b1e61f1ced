import { spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { stringify } from "yaml";
import { fileBackend } from "#commands/local/file-backend.ts";
import { type Identity, identityOf, isAlive, withDescendants } from "#infra/host/provider/proc.ts";
import { nodeEnvironment } from "#infra/host/source.ts";
import { ensurePrograms } from "#toolchain/ensure.ts";
import { clone as ownClone } from "../cluster/plan.ts";

/** Everything that a run of these tests keeps: state, settings, plugins. */
const ownFolder = join(ownClone, ".local", "kubernetes");

const engine = ["pulumi", "pulumi-language-nodejs"] as const;

export type Stack = {
  readonly name: string;
  /** Runs the engine on this stack; resolves to what it printed. Throws when it fails. */
  readonly pulumi: (...args: string[]) => Promise<string>;
  /** Starts the engine and sends it a signal as soon as it is time: Ctrl-C is SIGINT. */
  readonly interrupted: (
    signal: NodeJS.Signals,
    isTime: () => boolean | Promise<boolean>,
    command: readonly string[],
  ) => Promise<string>;
  /** Takes back the lock of an engine that was killed. */
  readonly unlock: () => Promise<void>;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the program exports
  readonly outputs: () => Promise<any>;
  /** The state as the engine keeps it, secrets encrypted; or with them in clear. */
  readonly state: (secrets: "encrypted" | "in clear") => Promise<string>;
  /** Puts a state in its place that `state` gave, secrets encrypted. */
  readonly replaceState: (text: string) => Promise<void>;
  /** Forgets state and settings, and ends what killed engines left; what the stack made must be gone. */
  readonly forget: () => void;
};

export type StackOptions = {
  readonly name: string;
  /** Keys of the configuration without the project's name. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Where the engine looks for providers before anywhere else. */
  readonly providerFolder: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly quiet?: boolean;
  /** Where state, settings and plugins are kept (absolute); by default below `.local`. */
  readonly folder?: string;
  /** The clone whose program is run; by default this one. */
  readonly program?: string;
  /** Where a program is served that the engine runs instead, as `127.0.0.1:4000`. */
  readonly served?: string;
};

/** A stack of this clone's program with a state, a passphrase and settings of its own. */
export async function openStack({
  name,
  config,
  providerFolder,
  env,
  quiet,
  folder = ownFolder,
  program: clone = ownClone,
  served,
}: StackOptions): Promise<Stack> {
  const programs = await ensurePrograms([...engine], { log: () => {} });
  const state = join(folder, "state");
  mkdirSync(state, { recursive: true });
  const settings = join(folder, `Pulumi.${name}.yaml`);
  const variables = {
    ...process.env,
    PATH: [
      providerFolder,
      join(clone, "node_modules", ".bin"),
      ...engine.map((program) => dirname(programs[program].path)),
      process.env.PATH,
    ].join(":"),
    PULUMI_BACKEND_URL: fileBackend(state),
    PULUMI_HOME: join(folder, "home"),
    PULUMI_CONFIG_PASSPHRASE: "cluster",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    PULUMI_DEBUG_COMMANDS: "true",
    NO_COLOR: "1",
    ...nodeEnvironment(clone),
    ...env,
  };
  const orphans: Identity[] = [];
  const pulumi = (...args: string[]): Promise<string> => runEngine(args, quiet ?? false);
  // What may hold secrets is never shown.
  const exported = (...args: string[]): Promise<string> => runEngine(args, true);
  const runEngine = async (
    args: readonly string[],
    isQuiet: boolean,
    more: Pick<CaptureOptions, "input" | "interruption"> = {},
  ): Promise<string> => {
    // The language host leaves its pipes behind in the temporary folder; this one goes with the run.
    const temporary = mkdtempSync(join(folder, "run-"));
    try {
      return await capture("pulumi", [...args, "--non-interactive"], {
        cwd: clone,
        env: { ...variables, TMPDIR: temporary },
        quiet: isQuiet,
        ...more,
      });
    } finally {
      rmSync(temporary, { recursive: true, force: true });
    }
  };
  const ofStack = ["--stack", name, "--config-file", settings];
  if (served !== undefined) ofStack.push("--client", served);
  if (!existsSync(join(state, ".pulumi", "stacks", "todo-evolution", `${name}.json`))) {
    await pulumi("stack", "init", name);
    // The engine wrote its salt into the clone, where settings of tests have no place.
    renameSync(join(clone, `Pulumi.${name}.yaml`), settings);
  }
  const salt = /^encryptionsalt: .*$/m.exec(readFileSync(settings, "utf8"))?.[0];
  writeFileSync(settings, settingsOf(config, salt), { mode: 0o600 });
  return {
    name,
    pulumi: (command, ...args) => pulumi(command as string, ...ofStack, ...args),
    interrupted: (signal, isTime, [command = "up", ...args]) =>
      runEngine([command, ...ofStack, ...args], quiet ?? false, {
        interruption: { signal, isTime, orphans },
      }),
    unlock: async () => {
      await pulumi("cancel", "--yes", "--stack", name);
    },
    outputs: async () =>
      JSON.parse(await exported("stack", "output", "--json", "--show-secrets", "--stack", name)),
    state: (secrets) =>
      exported(
        "stack",
        "export",
        "--stack",
        name,
        ...(secrets === "in clear" ? ["--show-secrets"] : []),
      ),
    replaceState: async (text) => {
      await runEngine(["stack", "import", "--stack", name], true, { input: text });
    },
    forget: () => {
      for (const orphan of orphans.filter(isAlive)) process.kill(orphan.pid, "SIGKILL");
      rmSync(settings, { force: true });
      const kept = join(state, ".pulumi");
      for (const part of ["stacks", "history", "backups"]) {
        const ofProject = join(kept, part, "todo-evolution");
        const files = existsSync(ofProject) ? readdirSync(ofProject) : [];
        for (const file of files.filter((it) => it === name || it.startsWith(`${name}.`))) {
          rmSync(join(ofProject, file), { recursive: true, force: true });
        }
      }
    },
  };
}

const settingsOf = (config: StackOptions["config"], salt: string | undefined): string => {
  const keys = Object.entries(config).map(([key, value]) => [`todo-evolution:${key}`, value]);
  return stringify({ config: Object.fromEntries(keys) }) + (salt ? `${salt}\n` : "");
};

/** A signal, sent at the first yes to a question that is asked several times a second. */
type Interruption = {
  readonly signal: NodeJS.Signals;
  readonly isTime: () => boolean | Promise<boolean>;
  /** Gets what the engine had started: providers outlive one that is killed. */
  readonly orphans: Identity[];
};

type CaptureOptions = {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly quiet: boolean;
  readonly input?: string;
  readonly interruption?: Interruption;
};

function capture(
  command: string,
  args: readonly string[],
  { cwd, env, quiet, input, interruption }: CaptureOptions,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: ["pipe", "pipe", "pipe"] });
    child.stdin.on("error", () => {}); // it ended before it had read all; its exit code says why
    child.stdin.end(input);
    let output = "";
    const hear = (chunk: Buffer): void => {
      output += chunk;
      if (!quiet) process.stdout.write(chunk);
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    const interrupt = async (): Promise<void> => {
      while (interruption && child.exitCode === null && child.signalCode === null) {
        if (await interruption.isTime()) {
          const family = withDescendants([child.pid as number]).map(({ pid }) => identityOf(pid));
          interruption.orphans.push(...family.filter((it) => it !== undefined));
          child.kill(interruption.signal);
          return;
        }
        await sleep(100);
      }
    };
    interrupt().catch(reject);
    // The terminal sends Ctrl-C to both; the engine decides what to do, and we wait for it.
    const wait = (): void => {};
    process.on("SIGINT", wait);
    child.on("error", reject);
    child.on("exit", (code) => {
      process.off("SIGINT", wait);
      if (code === 0) resolve(output);
      else reject(new Error(`${command} ${args[0]} ended with ${code}:\n${output.slice(-4_000)}`));
    });
  });
}
