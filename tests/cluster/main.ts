import { parseArgs } from "node:util";
import { Refusal, run } from "#commands/run.ts";
import { describeCluster, up } from "./cluster.ts";
import { down, leftovers } from "./down.ts";
import { importArchive } from "./images.ts";
import { running } from "./processes.ts";
import { install, missing } from "./requirements.ts";

const usage = `Usage: npm run cluster -- up | status | down | import <archive> | requirements [--install]

A Kubernetes of one node on this machine, without Docker or a registry, in a network namespace of
its own, with a Kafka and a PostgreSQL beside it for stacks that use them by address. For tests of
the whole system. Needs root and a few programs of the distribution.

  up             brings it up, or what of it is missing; several minutes the first time
  status         its processes, and whether they run
  down           ends it and removes all of it
  import         gives the node an image from an archive (see npm run images)
  requirements   says what this machine lacks; --install lets apt-get install it`;

const verbs: Readonly<Record<string, (args: readonly string[], install: boolean) => unknown>> = {
  up: bringUp,
  status,
  down: takeDown,
  import: ([archive]) => {
    if (!archive) throw new Refusal("name the archive: npm run cluster -- import <archive>");
    importArchive(archive);
  },
  requirements,
};

async function bringUp(): Promise<number> {
  const { faults, packages } = missing();
  if (faults.length > 0) {
    const remedy = packages.length > 0 ? `\napt-get install ${packages.join(" ")}` : "";
    throw new Refusal(`this machine cannot carry a cluster:\n${faults.join("\n")}${remedy}`);
  }
  const startedAt = performance.now();
  const description = await up(async (name, work) => {
    const since = performance.now();
    await work();
    console.log(`  ${name.padEnd(26)} ${seconds(since)}`);
  });
  console.log(`
The cluster is up (${seconds(startedAt)}).

  export KUBECONFIG=${description.kubeconfig}
  API ${description.apiServer}, Kafka ${description.kafka.brokers}, PostgreSQL ${description.postgres.host}`);
  return 0;
}

function status(): number {
  const all = running();
  if (all.length === 0) throw new Refusal("there is no cluster: npm run cluster -- up");
  for (const { name, pid, alive } of all) {
    console.log(`  ${name.padEnd(26)} ${alive ? `runs (${pid})` : "stopped"}`);
  }
  console.log(`  kubeconfig ${describeCluster().kubeconfig}`);
  return all.every(({ alive }) => alive) ? 0 : 1;
}

async function takeDown(): Promise<number> {
  await down();
  const left = leftovers();
  console.log(left.length === 0 ? "The cluster is down; nothing of it is left." : left.join("\n"));
  return left.length === 0 ? 0 : 1;
}

function requirements(_: readonly string[], mayInstall: boolean): number {
  const { faults, packages } = missing();
  if (mayInstall && packages.length > 0) return install(packages);
  console.log(
    faults.length === 0 ? "This machine has all that a cluster needs." : faults.join("\n"),
  );
  if (packages.length > 0) console.log(`apt-get install ${packages.join(" ")}`);
  return faults.length === 0 ? 0 : 1;
}

const seconds = (since: number): string =>
  `${((performance.now() - since) / 1_000).toFixed(1).padStart(6)} s`;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { help: { type: "boolean", short: "h" }, install: { type: "boolean" } },
  });
  const [verb = "", ...args] = positionals;
  const chosen = Object.hasOwn(verbs, verb) ? verbs[verb] : undefined;
  if (values.help || !chosen) {
    console.log(usage);
    return values.help ? 0 : 2;
  }
  return ((await chosen(args, values.install ?? false)) as number | undefined) ?? 0;
}

await run(main);
