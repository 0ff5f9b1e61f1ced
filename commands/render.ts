import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { type Choice, choices } from "./render/choices.ts";
import { render } from "./render/manifests.ts";
import { recordStack } from "./render/stack.ts";
import { Refusal, run } from "./run.ts";

const help = `npm run render -- --stack dev|prod --cluster C --kafka K --data D --out DIR

Writes what the program would put on a cluster as files, one object each, to be read in a review
or to be compared with an earlier render. Talks to nothing. Where a secret belongs stands <secret>;
addresses of external parts are examples. What charts bring is not rendered: charts.yaml names them.

${Object.entries(choices)
  .map(([name, values]) => `  --${name.padEnd(9)}${values.join(" | ")}`)
  .join("\n")}
  --out      folder for the files; *.yaml of an earlier render in it are replaced
  --help     print this`;

await run(async () => {
  const values = readArguments();
  if (values.help) {
    console.log(help);
    return 0;
  }
  const choice = Object.fromEntries(
    Object.keys(choices).map((name) => [name, chosen(name as keyof Choice, values)]),
  ) as Choice;
  if (values.out === undefined) throw new Refusal("--out is missing: name a folder for the files.");
  const files = render(await recordStack(choice));
  write(resolve(values.out), files);
  console.log(`${files.size} files in ${values.out}`);
  return 0;
});

type Values = { readonly [Name in keyof Choice | "out"]?: string } & { readonly help?: boolean };

function readArguments(): Values {
  const text = { type: "string" } as const;
  try {
    return parseArgs({
      options: {
        ...{ stack: text, cluster: text, kafka: text, data: text, out: text },
        help: { type: "boolean", short: "h" },
      },
    }).values;
  } catch (error) {
    throw new Refusal(`${(error as Error).message}\n\n${help}`);
  }
}

function chosen(name: keyof Choice, values: Values): string {
  const value = values[name];
  const known: readonly string[] = choices[name];
  if (value !== undefined && known.includes(value)) return value;
  const fault = value === undefined ? "is missing" : `${value} is unknown`;
  throw new Refusal(`--${name} ${fault}: it is one of ${known.join(", ")}.`);
}

/** A file that the program no longer gives birth to would look like one of its objects. */
function write(folder: string, files: ReadonlyMap<string, string>): void {
  mkdirSync(folder, { recursive: true });
  const ours = /^(\d\d-.*|charts)\.yaml$/;
  for (const file of readdirSync(folder)) if (ours.test(file)) rmSync(join(folder, file));
  for (const [file, text] of files) writeFileSync(join(folder, file), text);
}
