import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { promtoolFiles } from "./alert-tests.ts";

const usage = `Tries every alert with promtool: that it fires when it should, and not when it should not.

  --promtool PATH   the program; else the toolchain finds or builds it
  --only TEXT       only alerts whose name has this in it
  --keep DIR        write the files there and leave them`;

const toolchain = new URL("../../../toolchain/main.ts", import.meta.url).pathname;

/** Finds or builds promtool; the first time that takes a few minutes. */
function findPromtool(): string {
  const found = spawnSync(process.execPath, [toolchain, "--json", "promtool"], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (found.status !== 0) throw new Error("promtool could not be found or built");
  return JSON.parse(found.stdout).promtool.path;
}

/** Runs promtool in the folder of the files, and shows what it says of those that fail. */
function run(promtool: string, cwd: string, args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(promtool, args, { cwd, encoding: "utf8" });
  const output = `${stdout}${stderr}`;
  if (status !== 0) console.log(output.replaceAll(/^.*SUCCESS$\n+/gm, ""));
  return { passed: status === 0, output };
}

function main(): number {
  const { values } = parseArgs({
    options: {
      help: { type: "boolean", short: "h" },
      promtool: { type: "string" },
      only: { type: "string" },
      keep: { type: "string" },
    },
  });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const promtool = values.promtool ?? findPromtool();
  const folder = values.keep ?? mkdtempSync(join(tmpdir(), "todo-alerts-"));
  try {
    const files = promtoolFiles();
    for (const [name, text] of files) writeFileSync(join(folder, name), text);
    const tests = [...files.keys()].filter((name) => name.endsWith(".tests.yaml"));
    const wanted = tests.filter((name) => name.includes(values.only ?? ""));
    const check = run(promtool, folder, ["check", "rules", "rules.yaml", "panels.yaml"]);
    const trial = run(promtool, folder, ["test", "rules", ...wanted]);
    const failed = trial.output.split("FAILED:").length - 1 + (check.passed ? 0 : 1);
    console.log(`${wanted.length + 1 - failed} passed, ${failed} failed`);
    return check.passed && trial.passed ? 0 : 1;
  } finally {
    if (values.keep === undefined) rmSync(folder, { recursive: true });
  }
}

process.exitCode = main();
