import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startVitest } from "vitest/node";
import { ToolchainError } from "#toolchain/toolchain-error.ts";
import { Refusal, repositoryFolder } from "../e2e/stack.ts";
import { startControlPlane } from "./control-plane.ts";
import { chooseProvider, type ProviderChoice, providerKinds, tellProvider } from "./provider.ts";
import { type Setting, settingVariable } from "./setting.ts";

const usage = `Usage: npm run engine-test -- [--provider auto|real|stand-in] [--filter text]

Runs the real Pulumi engine against a real API server: previews on an empty one, up, a change, a
failure in the middle and its resumption, destroy, the order of all that, and what is left. First
on a small program, then on the whole stack.

  --provider   which provider of Kubernetes: Pulumi's own (real), ours (stand-in), or Pulumi's own
               where it is on this machine (auto, the default)
  --filter     run only the tests whose name contains this text
  --help       print this

Needs etcd on PATH. There are no nodes: pods are said to be ready, Jobs to have ended, and what
operators would say of custom resources is said for them (tests/engine/world.ts).`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      provider: { type: "string", default: "auto" },
      filter: { type: "string" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  if (!(providerKinds as readonly string[]).includes(values.provider)) {
    throw new Refusal(`--provider ${values.provider} is none of ${providerKinds.join(", ")}`);
  }
  const provider = chooseProvider(values.provider as ProviderChoice);
  console.log(tellProvider(provider));
  const folder = mkdtempSync(join(tmpdir(), "todo-engine-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  process.once("SIGINT", () => process.exit(130));
  process.once("SIGTERM", () => process.exit(143));
  const controlPlane = await startControlPlane(join(folder, "control-plane"));
  try {
    const { kubeconfig } = controlPlane;
    const setting: Setting = { folder, kubeconfig, provider };
    const file = join(folder, "setting.json");
    writeFileSync(file, JSON.stringify(setting), { mode: 0o600 });
    return await run(file, values.filter);
  } finally {
    await controlPlane.stop();
  }
}

/** Runs the tests; the exit code is 0 only when some ran and all of them passed. */
async function run(setting: string, filter: string | undefined): Promise<number> {
  const vitest = await startVitest([], {
    run: true,
    watch: false,
    config: false,
    root: repositoryFolder,
    include: ["tests/engine/*.engine.ts"],
    env: { [settingVariable]: setting },
    reporters: ["verbose"],
    // One file at a time: what is left is told by all that is on the one API server.
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 300_000,
    // A step of a life makes no sense after one that failed.
    bail: 1,
    ...(filter !== undefined && { testNamePattern: literally(filter) }),
  });
  const modules = vitest.state.getTestModules();
  const tests = modules.flatMap((module) => [...module.children.allTests()]);
  const count = (state: string): number =>
    tests.filter((test) => test.result().state === state).length;
  const broken = modules.filter((module) => module.errors().length > 0).length;
  const failed = count("failed") + broken + vitest.state.getUnhandledErrors().length;
  await vitest.close();
  console.log(`\n${count("passed")} passed, ${failed} failed`);
  return count("passed") > 0 && failed === 0 ? 0 : 1;
}

const literally = (text: string): RegExp =>
  new RegExp(text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"), "i");

process.exitCode = await main().catch((error: NodeJS.ErrnoException) => {
  const isExpected =
    error instanceof Refusal ||
    error instanceof ToolchainError ||
    error.code?.startsWith("ERR_PARSE_ARGS");
  console.error(isExpected ? error.message : error);
  return 1;
});
