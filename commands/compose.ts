import { join } from "node:path";
import { parseArgs } from "node:util";
import { composePasswords, servicesLine } from "#stacks/env-file.ts";
import { ensureEnvFile, setInEnvFile } from "./local/env-file.ts";
import { clone, configured, ensureToolchain, prepareState, runPulumi } from "./local/stack.ts";
import { Refusal, run } from "./run.ts";

const help = `npm run compose [-- --own]

Makes the local stack use the servers of compose.yaml instead of its own, for people with Docker: it
makes .env with their passwords, unless it is there, and notes there that the stack is to use them.
git ignores that file, so nothing of this is committed.

  npm run compose
  docker compose up -d --wait
  npm start

  --own   back to servers of the stack's own, at the next \`npm start\``;

async function useCompose(): Promise<number> {
  const { values } = parseArgs({ options: { own: { type: "boolean", default: false } } });
  await unsetConfig(["external", "services"]);
  const file = join(clone, ".env");
  setInEnvFile(file, servicesLine.name, values.own ? undefined : servicesLine.value);
  if (values.own) {
    console.log("The local stack has servers of its own at the next npm start.");
    return 0;
  }
  const { made } = ensureEnvFile(file, Object.keys(composePasswords));
  console.log(made.length > 0 ? `Made ${made.join(", ")} in .env` : "Took the passwords of .env");
  console.log("\nThe local stack uses the servers of compose.yaml. Next:\n");
  console.log("  docker compose up -d --wait\n  npm start");
  return 0;
}

/** What the configuration says counts more than .env. The engine writes the file in its own form. */
async function unsetConfig(keys: readonly string[]): Promise<void> {
  const set = keys.filter((key) => configured(key) !== undefined);
  if (set.length === 0) return;
  // Whatever servers it is to have: this needs the engine alone.
  await ensureToolchain(undefined, true);
  await prepareState();
  for (const key of set) {
    const { code } = await runPulumi(["config", "rm", key], { quiet: true });
    if (code !== 0) throw new Refusal("the stack's configuration could not be changed; see above");
  }
}

if (process.argv.includes("--help")) console.log(help);
else await run(useCompose);
