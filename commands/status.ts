import { readOutputs } from "./local/outputs.ts";
import { readProcesses } from "./local/processes.ts";

const help = `npm run status

Lists the processes of the local stack: which run, since when, and whether services and their
sidecars are ready. Exits with 1 when something that should run does not.`;

if (process.argv.includes("--help")) {
  console.log(help);
} else {
  const all = await readProcesses();
  if (all.length === 0) {
    console.log("The local stack is not up. Bring it up: npm start");
    process.exitCode = 1;
  }
  const widths = {
    ...{ state: 10, pid: 8, memory: 9 },
    name: Math.max(...all.map(({ name }) => name.length)),
  };
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
  const ill = all.filter(({ state }) => state !== "running");
  const { baseUrl, ops, zipkin } = readOutputs() ?? {};
  if (ill.length > 0) {
    console.log(`\n${ill.map((row) => row.name).join(", ")} not running well. Repair: npm start`);
    process.exitCode = 1;
  } else if (all.length > 0) {
    console.log(
      `\nAll up. The page: ${baseUrl} · for operators: ${ops}${zipkin ? ` · traces: ${zipkin}` : ""}`,
    );
  }
}
