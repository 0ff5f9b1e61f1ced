import { join } from "node:path";
import { parseArgs } from "node:util";
import { verbs } from "./pipeline/verbs.ts";
import { Refusal, run } from "./run.ts";

const help = `npm run pipeline -- <step> [options]

Steps of .github/workflows that are more than a command line. They take what they need from the
environment of a workflow, and nothing of a pull request but its number.

${Object.entries(verbs)
  .map(([name, { says, options }]) => {
    const all = options.map((option) => ` --${option} …`).join("");
    return `  ${name}${all}\n      ${says}`;
  })
  .join("\n")}`;

await run(async () => {
  const [name, ...rest] = process.argv.slice(2);
  if (name === undefined || name === "--help" || rest.includes("--help")) {
    console.log(help);
    return 0;
  }
  const verb = Object.hasOwn(verbs, name) ? verbs[name] : undefined;
  if (!verb) {
    throw new Refusal(`no such step: ${name}. Known: ${Object.keys(verbs).join(", ")}`);
  }
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    args: rest,
    options: Object.fromEntries(verb.options.map((option) => [option, text])),
  });
  return verb.run({
    clone: join(import.meta.dirname, ".."),
    environment: process.env,
    option: (option) => values[option] as string | undefined,
  });
});
