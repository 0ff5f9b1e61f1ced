import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { openApi } from "#commands/doctor/cluster-api.ts";
import { Refusal, run } from "#commands/run.ts";
import { readKubeconfig } from "#infra/clusters/kubeconfig.ts";
import { clusterPrograms } from "#toolchain/cluster-programs.ts";
import { type ClusterDescription, up } from "../cluster/cluster.ts";
import { down, leftovers } from "../cluster/down.ts";
import { clone } from "../cluster/plan.ts";
import { missing } from "../cluster/requirements.ts";
import { run as runCommand } from "../cluster/shell.ts";
import { chooseProvider, type Provider, providerKinds, tellProvider } from "../engine/provider.ts";
import { configurationOn } from "./configuration.ts";
import { frontUrl, openFront } from "./front.ts";
import { added, allObjects } from "./leftovers.ts";
import { createPhases, type Phases, table } from "./phases.ts";
import { secretsInState } from "./secrets.ts";
import { openStack, type Stack } from "./stack.ts";

const usage = `Usage: npm run e2e:cluster [-- --rounds 2 --keep --faults]

Brings up a Kubernetes of one node on this machine, puts the whole system on it with the real Pulumi
engine, runs the behaviours against it, destroys it, and looks for what is left. Twice in a row.

  --rounds   how often (2)
  --ask-last asks what the system does in the last round alone; those before only come and go
  --provider real | stand-in: Pulumi's own provider of Kubernetes, or ours that applies to the API
             server and waits; by default Pulumi's where it is on this machine
  --faults   also deletes pods, rolls Deployments and kills the broker under load
  --fault    only this one of them; may be given several times (names: npm run faults)
  --keep     leaves system and cluster up after the last round
  --help     print this`;

const stackName = "e2e-cluster";

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      rounds: { type: "string", default: "2" },
      "ask-last": { type: "boolean", default: false },
      provider: { type: "string", default: "auto" },
      faults: { type: "boolean", default: false },
      fault: { type: "string", multiple: true, default: [] },
      keep: { type: "boolean", default: false },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const { faults, packages } = missing();
  if (faults.length > 0) {
    console.error(
      `this machine cannot carry a cluster:\n${faults.join("\n")}\n` +
        `npm run cluster -- requirements --install (${packages.join(" ")})`,
    );
    return 1;
  }
  const choice = providerKinds.find((kind) => kind === values.provider);
  if (!choice)
    throw new Refusal(`--provider ${values.provider}: one of ${providerKinds.join(", ")}`);
  const provider = chooseProvider(choice);
  console.log(tellProvider(provider));
  const phases = createPhases();
  try {
    for (let round = 1; round <= Number(values.rounds); round++) {
      const isLast = round === Number(values.rounds);
      const name = (what: string): string => `round ${round}: ${what}`;
      await oneRound(phases, name, {
        provider,
        ask: isLast || !values["ask-last"],
        keep: values.keep && isLast,
        faults: values.faults || values.fault.length > 0 ? isLast && values.fault : false,
      });
    }
    if (!values.keep) await phases.run("cluster down", takeDown);
  } catch (error) {
    console.error(`\n${(error as Error).message}`);
    phases.fail("what went wrong between the steps", error);
  }
  const failed = phases.done.filter(({ failure }) => failure !== undefined).length;
  console.log(`\n${table(phases.done)}\n\n${phases.done.length - failed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

type RoundOptions = {
  readonly provider: Provider;
  /** Whether it is also asked what the system does, or only shown that it comes and goes. */
  readonly ask: boolean;
  readonly keep: boolean;
  /** Names; none of them for all, and false for not one. */
  readonly faults: readonly string[] | false;
};

async function oneRound(
  phases: Phases,
  name: (what: string) => string,
  { provider, ask, keep, faults }: RoundOptions,
): Promise<void> {
  const cluster = await phases.run(name("cluster up"), () =>
    up(async (_what, work) => {
      await work();
    }),
  );
  const api = openApi(readKubeconfig(cluster.kubeconfig), cluster.context);
  const before = await allObjects(api);
  const stack = await openStack({
    name: stackName,
    config: configurationOn(cluster, daprChart()),
    providerFolder: provider.folder,
  });
  await phases.run(name("preview on an empty cluster, by the policy pack"), () =>
    stack.pulumi("preview", "--policy-pack", "policy"),
  );
  await phases.run(name("pulumi up"), () => stack.pulumi("up", "--yes", "--skip-preview"));
  await phases.run(name("preview sees no changes"), () =>
    stack.pulumi("preview", "--expect-no-changes"),
  );
  await phases.run(name("no secret in clear in the state"), async () => {
    const found = await secretsInState(stack, cluster);
    if (found.length > 0) throw new Error(`in clear in the state: ${found.join(", ")}`);
  });
  if (ask) await exercise(phases, name, { cluster, stack, provider, faults });
  if (keep) return;
  await phases.run(name("destroy"), () => destroy(stack));
  await phases.run(name("nothing is left"), async () => {
    const left = added(before, await allObjects(api));
    if (left.length > 0) throw new Error(`left after destroy:\n${left.join("\n")}`);
  });
}

type Use = Pick<RoundOptions, "provider" | "faults"> & {
  readonly cluster: ClusterDescription;
  readonly stack: Stack;
};

/** What is asked of a system that is up. */
async function exercise(
  phases: Phases,
  name: (what: string) => string,
  { cluster, stack, provider, faults }: Use,
): Promise<void> {
  const { baseUrl, services } = await stack.outputs();
  const followed = ["--sync", services.sync.address];
  await phases.run(name("behaviours"), async () => {
    const front = await openFront(services);
    try {
      await node("tests/e2e/main.ts", "--url", frontUrl, "--mail", cluster.mail.url);
    } finally {
      await front.close();
    }
  });
  if (faults) {
    const chosen = faults.flatMap((fault) => ["--fault", fault]);
    await phases.run(name("faults"), () =>
      node("tests/faults/main.ts", "--cluster", baseUrl, ...followed, ...chosen),
    );
  }
  await phases.run(name("one change touches what it must"), () => changeOne(cluster, provider));
  await phases.run(name("the doctor finds nothing"), () => askDoctor(cluster));
}

/** Another level of logging: the Deployments roll, and nothing else is touched. */
async function changeOne(cluster: ClusterDescription, provider: Provider): Promise<void> {
  const config = { ...configurationOn(cluster, daprChart()), logLevel: "debug" };
  const stack = await openStack({
    name: stackName,
    config,
    providerFolder: provider.folder,
  });
  const shown = await stack.pulumi("preview", "--diff");
  const touched = [...shown.matchAll(/^ +(?:~|\+-|\+|-) ?kubernetes:[^:]+:(\w+):/gm)];
  const kinds = [...new Set(touched.map(([, kind]) => kind))].join(", ");
  if (kinds !== "Deployment") throw new Error(`touched: ${kinds || "nothing"}, not Deployment`);
  await stack.pulumi("up", "--yes", "--skip-preview");
}

async function destroy(stack: Stack): Promise<void> {
  await stack.pulumi("destroy", "--yes", "--skip-preview");
  stack.forget();
}

async function takeDown(): Promise<void> {
  await down();
  const left = leftovers();
  if (left.length > 0) throw new Error(`left of the cluster:\n${left.join("\n")}`);
}

const askDoctor = ({ kubeconfig, context }: ClusterDescription): Promise<void> =>
  node("commands/doctor.ts", "--stack", "dev", "--kubeconfig", kubeconfig, "--context", context);

/** Dapr's chart as it comes with the module that its programs are built from. */
function daprChart(): string {
  const cache = runCommand("go", ["env", "GOMODCACHE"]).trim();
  const version = clusterPrograms["dapr-control-plane"].version;
  const chart = join(cache, "github.com", "dapr", `dapr@v${version}`, "charts", "dapr");
  if (!existsSync(chart)) runCommand("go", ["mod", "download", `github.com/dapr/dapr@v${version}`]);
  return chart;
}

/** Runs a program of this clone with the terminal. Throws unless it ends well. */
const node = (program: string, ...args: string[]): Promise<void> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(clone, program), ...args], {
      cwd: clone,
      stdio: ["ignore", "inherit", "inherit"],
    });
    child.on("error", reject);
    child.on("exit", (code) =>
      code === 0 ? resolve() : reject(new Error(`${program} ended with ${code}`)),
    );
  });

await run(main);
