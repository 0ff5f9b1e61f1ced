import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { contractChanges } from "./preview-summary/contract-changes.ts";
import { contractsAt, contractsIn } from "./preview-summary/contracts-at.ts";
import { Refusal, run } from "./run.ts";

const help = `npm run contract-changes -- --base main

Sets apps/contracts as they stand here against those of another commit: which events would break
their consumers, which schemas gain something, which topics lose partitions or are kept for a shorter
time, and what is new or gone. A released copy that was rewritten here does not count.

  --base   a commit, branch or tag
  --out    file for the result as JSON, which \`npm run preview-summary\` reads; else it is printed
  --help   print this`;

const clone = join(import.meta.dirname, "..");

await run(async () => {
  const { values } = parseArgs({
    options: {
      base: { type: "string" },
      out: { type: "string" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) {
    console.log(help);
    return 0;
  }
  if (values.base === undefined) throw new Refusal("--base is missing: name a commit or branch.");
  const changes = contractChanges(await contractsAt(clone, values.base), await contractsIn(clone));
  const text = `${JSON.stringify(changes, null, 2)}\n`;
  if (values.out === undefined) process.stdout.write(text);
  else writeFileSync(values.out, text);
  return 0;
});
