import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Refusal, run } from "#commands/run.ts";
import { ensurePrograms } from "#toolchain/ensure.ts";
import { exitCodeOf, runTests } from "../run-tests.ts";
import { scratchFolder } from "../scratch-folder.ts";
import { livesTable } from "./clouds/lives-table.ts";
import { startControlPlane } from "./control-plane.ts";
import { chooseProvider, type ProviderChoice, providerKinds, tellProvider } from "./provider.ts";
import { type Setting, settingVariable } from "./setting.ts";

const usage = `Usage: npm run engine-test -- [--provider auto|real|stand-in] [--clouds [--short]] [--filter text]

Runs the real Pulumi engine against a real API server: previews on an empty one, up, a change, a
failure in the middle and its resumption, destroy, the order of all that, and what is left. First
on a small program, then on the whole stack.

  --provider   which provider of Kubernetes: Pulumi's own (real), ours (stand-in), or Pulumi's own
               where it is on this machine (auto, the default)
  --clouds     instead: whole stacks in AKS, GKE and OKE, with stand-ins for the providers of these
               clouds that hold every input to the type definitions of their SDKs; a table at the
               end says what became of each
  --short      of the stacks in clouds: all previews, and the life of one; the others' lives, and systems
               side by side, are left out
  --filter     run only the tests whose name contains this text
  --help       print this

Needs etcd on PATH. There are no nodes: pods are said to be ready, Jobs to have ended, and what
operators would say of custom resources is said for them (tests/engine/world.ts).`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      provider: { type: "string", default: "auto" },
      clouds: { type: "boolean", default: false },
      short: { type: "boolean", default: false },
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
  // All of them now, and told of: built within a test, the first would outlast its time.
  await ensurePrograms(["pulumi", "pulumi-language-nodejs", "kubernetes", "helm"]);
  const folder = scratchFolder("engine");
  const controlPlane = await startControlPlane(join(folder, "control-plane"));
  try {
    const { kubeconfig, url, token, certificate } = controlPlane;
    const access = { url, token, certificate };
    const setting: Setting = { folder, kubeconfig, access, provider, isShort: values.short };
    const file = join(folder, "setting.json");
    writeFileSync(file, JSON.stringify(setting), { mode: 0o600 });
    const ran = await runTests(
      {
        include: [values.clouds ? "tests/engine/clouds/*.engine.ts" : "tests/engine/*.engine.ts"],
        filter: values.filter,
      },
      {
        env: { [settingVariable]: file },
        // One file at a time: what is left is told by all that is on the one API server.
        fileParallelism: false,
        // A life of a whole stack in a cloud takes minutes where the machine is busy.
        testTimeout: values.clouds ? 1_200_000 : 300_000,
        hookTimeout: 300_000,
        // A step of a life makes no sense after one that failed.
        bail: 1,
      },
    );
    const lives = livesTable(ran.modules);
    if (lives) console.log(`\n${lives}\n`);
    return exitCodeOf(ran);
  } finally {
    await controlPlane.stop();
  }
}

await run(main);
