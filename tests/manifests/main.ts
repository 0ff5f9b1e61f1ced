import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { DefaultReporter } from "vitest/node";
import { run } from "#commands/run.ts";
import { type ApiServer, startApiServer } from "../api-server.ts";
import { exitCodeOf, runTests } from "../run-tests.ts";
import { scratchFolder } from "../scratch-folder.ts";
import { renderCharts } from "./chart-objects.ts";
import { loadDefaults } from "./chart-values.ts";
import { crdFolder, downloadModules, groupsOfFolder, loadCrds } from "./crds.ts";
import { readKafkaNames } from "./kafka-names.ts";
import { prepareCluster } from "./prepare.ts";
import { findPrograms, type Programs } from "./programs.ts";
import { allRenders, distinct } from "./renders.ts";
import { type Setting, settingVariable } from "./setting.ts";
import { summaryOf } from "./summary.ts";

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
  const folder = scratchFolder("manifests");
  const server = await startApiServer(join(folder, "api-server"), programs);
  try {
    const setting = await prepare(server, programs, join(folder, "charts"));
    const file = join(folder, "setting.json");
    writeFileSync(file, JSON.stringify(setting), { mode: 0o600 });
    const ran = await runTests(
      { include: ["tests/manifests/*.manifests.ts"], filter: values.filter },
      {
        env: { [settingVariable]: file },
        reporters: [new FaultsReporter()],
        testTimeout: 120_000,
      },
    );
    for (const line of summaryOf(ran)) console.log(line);
    return exitCodeOf(ran);
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

async function timed<T>(what: string, work: () => Promise<T>): Promise<T> {
  const since = Date.now();
  const result = await work();
  console.log(`${what} in ${((Date.now() - since) / 1_000).toFixed(1)} s`);
  return result;
}

await run(main);
