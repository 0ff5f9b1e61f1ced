import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { replicaName } from "#infra/host/port-plan.ts";
import { isAlive } from "#infra/host/provider/proc.ts";
import { readRecord } from "#infra/host/provider/record.ts";
import { readOutputs } from "./local/outputs.ts";
import { stack } from "./local/stack.ts";

const help = `npm run status

Lists the processes of the local stack: which run, since when, and whether the services are ready.
Exits with 1 when something that should run does not.`;

type Row = {
  name: string;
  state: string;
  pid: string;
  since: string;
  memory: string;
  well: boolean;
};

const kibibytesPerMebibyte = 1_024;

async function rows(): Promise<Row[]> {
  const folder = join(stack.folder, "run");
  const names = existsSync(folder)
    ? readdirSync(folder)
        .filter((file) => file.endsWith(".json"))
        .map((file) => basename(file, ".json"))
    : [];
  const urls = urlsByReplica();
  return Promise.all(
    names.sort().map(async (name) => {
      const record = readRecord(join(folder, `${name}.json`));
      if (!record || !isAlive(record)) {
        return { name, state: "stopped", pid: "", since: "", memory: "", well: false };
      }
      const url = urls.get(name);
      const ready = url === undefined || (await isReady(url));
      return {
        name,
        state: ready ? "running" : "not ready",
        pid: String(record.pid),
        since: record.startedAt,
        memory: memoryOf(record.pid),
        well: ready,
      };
    }),
  );
}

/** Where each replica of each service listens, by the name of its process. */
const urlsByReplica = (): Map<string, string> =>
  new Map(
    Object.entries(readOutputs()?.services ?? {}).flatMap(([appId, { urls }]) =>
      urls.map((url, index): [string, string] => [replicaName(appId, index), url]),
    ),
  );

const isReady = (url: string): Promise<boolean> =>
  fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2_000) }).then(
    (response) => response.ok,
    () => false,
  );

function memoryOf(pid: number): string {
  const line = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  return line ? `${Math.round(Number(line[1]) / kibibytesPerMebibyte)} MiB` : "";
}

if (process.argv.includes("--help")) {
  console.log(help);
} else {
  const all = await rows();
  if (all.length === 0) {
    console.log("The local stack is not up. Bring it up: npm start");
    process.exitCode = 1;
  }
  const widths = { name: 18, state: 10, pid: 8, memory: 9 };
  for (const { name, state, pid, since, memory } of all) {
    const columns = [
      name.padEnd(widths.name),
      state.padEnd(widths.state),
      pid.padEnd(widths.pid),
      memory.padStart(widths.memory),
      since,
    ];
    console.log(columns.join("  ").trimEnd());
  }
  const ill = all.filter((row) => !row.well);
  const { baseUrl, zipkin } = readOutputs() ?? {};
  if (ill.length > 0) {
    console.log(`\n${ill.map((row) => row.name).join(", ")} not running well. Repair: npm start`);
    process.exitCode = 1;
  } else if (all.length > 0) {
    console.log(`\nAll up. The API: ${baseUrl}${zipkin ? ` · traces: ${zipkin}` : ""}`);
  }
}
