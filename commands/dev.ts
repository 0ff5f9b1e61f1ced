import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { bringUp } from "./local/bring-up.ts";
import { run } from "./local/run.ts";
import { clone, stack } from "./local/stack.ts";

const help = `npm run dev

Brings the local stack up with the configuration \`watch: true\`: each service restarts by itself
when its source changes. \`npm start\` goes back to the ordinary way.`;

if (process.argv.includes("--help")) {
  console.log(help);
} else {
  // A copy of the stack's configuration with the flag set: the committed file stays as it is.
  const settings = parse(readFileSync(join(clone, "Pulumi.local.yaml"), "utf8"));
  settings.config["todo-evolution:watch"] = true;
  mkdirSync(stack.folder, { recursive: true });
  const file = join(stack.folder, "Pulumi.watch.yaml");
  writeFileSync(file, stringify(settings));
  await run(() => bringUp(["--config-file", file, ...process.argv.slice(2)]));
}
