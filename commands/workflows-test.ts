import { join } from "node:path";
import { ensurePrograms } from "#toolchain/ensure.ts";
import { run } from "./run.ts";
import { actionlint, tellActionlint } from "./workflows-test/actionlint.ts";

const help = `npm run workflows-test

Holds .github/workflows to actionlint, which the toolchain builds the first time (some seconds). Its
looks into shell scripts need shellcheck on PATH, as GitHub's runners have it.`;

const clone = join(import.meta.dirname, "..");

if (process.argv.includes("--help")) {
  console.log(help);
} else {
  await run(async () => {
    const { actionlint: program } = await ensurePrograms(["actionlint"], { log: console.error });
    const { code, output } = actionlint(program.path, clone);
    console.log(output || tellActionlint(clone));
    return code;
  });
}
