import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "#commands/run.ts";
import { clone } from "../cluster/plan.ts";
import { run as runCommand } from "../cluster/shell.ts";
import { writeCharts } from "../engine/charts.ts";
import { startControlPlane } from "../engine/control-plane.ts";
import { chooseProvider } from "../engine/provider.ts";
import { openStack } from "../kubernetes/stack.ts";
import { linkOrCopy } from "../local/clone.ts";
import { scratchFolder } from "../scratch-folder.ts";
import { canaries, cases } from "./cases.ts";
import { trimLog } from "./trim.ts";

const usage = `Usage: node tests/previews/main.ts [case…]

Records the previews that the tests of the summary read: brings the stack up under the real engine
against a real API server without nodes, makes each change in a copy of this clone, and previews it.
Needs etcd on PATH. Cases: ${cases.map(({ name }) => name).join(", ")}`;

const recorded = join(import.meta.dirname, "recorded");

async function main(): Promise<number> {
  if (process.argv.includes("--help")) {
    console.log(usage);
    return 0;
  }
  const wanted = process.argv.slice(2);
  const folder = scratchFolder("previews");
  const copy = join(folder, "clone");
  runCommand("git", ["clone", "--quiet", clone, copy]);
  linkOrCopy(join(clone, "node_modules"), join(copy, "node_modules"));
  const controlPlane = await startControlPlane(join(folder, "control-plane"));
  try {
    const before = configuration(controlPlane.kubeconfig, folder);
    const open = (config: Readonly<Record<string, unknown>>) =>
      openStack({
        name: "dev",
        config,
        providerFolder: chooseProvider("auto").folder,
        folder: join(folder, "stacks"),
        program: copy,
        quiet: true,
      });
    await (await open(before)).pulumi("up", "--yes", "--skip-preview");
    console.log("up");
    for (const { name, config, edit } of cases) {
      if (wanted.length > 0 && !wanted.includes(name)) continue;
      edit?.(copy);
      const stack = await open(config?.(before) ?? before);
      const log = join(folder, `${name}.jsonl`);
      const options = ["--policy-pack", "policy", "--event-log", log];
      // A preview that the policy pack refuses ends badly, and its log is whole.
      await stack.pulumi("preview", ...options).catch((error: Error) => console.log(error.message));
      const trimmed = trimLog(readFileSync(log, "utf8"), { [folder]: "/home/runner" });
      writeFileSync(join(recorded, `${name}.jsonl`), trimmed);
      // A process of its own: modules of a case must not be those of the one before.
      const contracts = join(recorded, `${name}.contracts.json`);
      const changes = join(copy, "commands", "contract-changes.ts");
      runCommand(process.execPath, [changes, "--base", "HEAD", "--out", contracts]);
      console.log(`recorded ${name}`);
      runCommand("git", ["-C", copy, "checkout", "--quiet", "."]);
      runCommand("git", ["-C", copy, "clean", "-fdq", "apps"]);
    }
    return 0;
  } finally {
    await controlPlane.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The stack `dev` as tests/engine has it, with an account at a mail server. */
const configuration = (kubeconfig: string, folder: string) => ({
  target: "kubernetes",
  size: "dev",
  logLevel: "info",
  cluster: { kind: "existing", kubeconfig },
  images: { from: "registry", registry: "registry.example.com/todo", tag: "sha-1111111111" },
  platform: { charts: writeCharts(join(folder, "charts")) },
  kafka: { engine: "strimzi" },
  mail: {
    ...{ host: "smtp.example.com", from: "todo@example.com" },
    ...{ username: "todo", password: canaries.mail },
  },
  observability: { prometheus: "none" },
});

await run(main);
