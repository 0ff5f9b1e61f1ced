import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { DefaultReporter, startVitest } from "vitest/node";
import { ToolchainError } from "#toolchain/toolchain-error.ts";
import { type ApiServer, startApiServer } from "../api-server.ts";
import { Refusal, repositoryFolder } from "../e2e/stack.ts";
import { renderCharts } from "./chart-objects.ts";
import { loadDefaults } from "./chart-values.ts";
import { crdFolder, downloadModules, groupsOfFolder, loadCrds } from "./crds.ts";
import { readKafkaNames } from "./kafka-names.ts";
import { prepareCluster } from "./prepare.ts";
import { findPrograms, type Programs } from "./programs.ts";
import { allRenders, distinct } from "./renders.ts";
import { type Setting, settingVariable } from "./setting.ts";
import { summary } from "./summary.ts";

const usage = `Usage: npm run manifests-test [-- --filter text]

Renders each component alone and whole stacks in which every two choices of cluster, Kafka, data
and size meet, and lets a real kube-apiserver say of every object whether it would take it, with
strict validation of fields. Then misspells each field of each kind, which must be refused.

  --filter   run only the tests whose name contains this text
  --help     print this

CRD_DIR names the folder with the schemas of Strimzi and Redpanda, by default ../shared/crds;
without it their objects are skipped by name. The other schemas come from Go modules.`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { filter: { type: "string" }, help: { type: "boolean", short: "h" } },
  });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const programs = await findPrograms();
  const folder = mkdtempSync(join(tmpdir(), "todo-manifests-"));
  // Also when a signal ends this: the API server then goes by a listener of its own.
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  process.once("SIGINT", () => process.exit(130));
  process.once("SIGTERM", () => process.exit(143));
  const server = await startApiServer(join(folder, "api-server"), programs);
  try {
    const setting = await prepare(server, programs, join(folder, "charts"));
    const file = join(folder, "setting.json");
    writeFileSync(file, JSON.stringify(setting), { mode: 0o600 });
    return await run(file, values.filter);
  } finally {
    await server.stop();
  }
}

/** Renders all there is, and gives the API server the schemas and namespaces of it. */
async function prepare(server: ApiServer, programs: Programs, scratch: string): Promise<Setting> {
  const { helm, java, kafkaHome } = programs;
  const modules = await downloadModules();
  const renders = await timed("rendered", allRenders);
  const chartRenders = renderCharts({ helm, modules, scratch }, renders);
  const objects = distinct([...renders, ...chartRenders]).map(({ object }) => object);
  const crds = loadCrds(objects, modules, crdFolder());
  await timed(`${crds.length} schemas in place`, () => prepareCluster(server, crds, objects));
  return {
    url: server.url,
    token: server.token,
    certificate: server.certificate,
    renders,
    chartRenders,
    absentGroups: existsSync(crdFolder()) ? [] : groupsOfFolder,
    chartDefaults: loadDefaults(modules),
    kafkaNames: readKafkaNames(java, kafkaHome),
  };
}

/** Says what failed; what it all came to is for the last lines of this program. */
class FaultsReporter extends DefaultReporter {
  override reportTestSummary(): void {}
}

/** Runs the tests; the exit code is 0 only when some ran and all of them passed. */
async function run(setting: string, filter: string | undefined): Promise<number> {
  const vitest = await startVitest([], {
    run: true,
    watch: false,
    config: false,
    root: repositoryFolder,
    include: ["tests/manifests/*.manifests.ts"],
    env: { [settingVariable]: setting },
    reporters: [new FaultsReporter()],
    testTimeout: 120_000,
    ...(filter !== undefined && { testNamePattern: literally(filter) }),
  });
  const modules = vitest.state.getTestModules();
  const { lines, passed, failed } = summary(modules, vitest.state.getUnhandledErrors().length);
  await vitest.close();
  for (const line of lines) console.log(line);
  return passed > 0 && failed === 0 ? 0 : 1;
}

async function timed<T>(what: string, work: () => Promise<T>): Promise<T> {
  const since = Date.now();
  const result = await work();
  console.log(`${what} in ${((Date.now() - since) / 1_000).toFixed(1)} s`);
  return result;
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
