import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { architecturePage, pageFile } from "./pictures/page.ts";
import { run } from "./run.ts";

const help = `npm run pictures

Draws the architecture anew (${pageFile}): from apps/contracts who publishes, consumes and calls what,
and from what the program registers each stack that has a file here. \`npm run release\` does so too.`;

const clone = join(import.meta.dirname, "..");

if (process.argv.includes("--help")) {
  console.log(help);
} else {
  await run(async () => {
    writeFileSync(join(clone, pageFile), await architecturePage(clone));
    console.log(`drawn: ${pageFile}`);
    return 0;
  });
}
