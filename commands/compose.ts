import { join } from "node:path";
import { parseArgs } from "node:util";
import { composePasswords, ensureEnvFile } from "./local/env-file.ts";
import { clone, ensureToolchain, prepareState, runPulumi } from "./local/stack.ts";
import { Refusal, run } from "./run.ts";

const help = `npm run compose [-- --own]

Makes the local stack use the servers of compose.yaml instead of its own, for people with Docker: it
makes .env with their passwords, unless it is there, and puts them into the stack's configuration.

  npm run compose
  docker compose up -d --wait
  npm start

  --own   back to servers of the stack's own, at the next \`npm start\``;

async function useCompose(): Promise<number> {
  const { values } = parseArgs({ options: { own: { type: "boolean", default: false } } });
  // Whatever it is to be: this command needs the engine alone.
  await ensureToolchain(undefined, true);
  await prepareState();
  await configure(["rm", "external"]);
  if (values.own) {
    await configure(["rm", "services"]);
    console.log("The local stack has servers of its own at the next npm start.");
    return 0;
  }
  const { made, passwords } = ensureEnvFile(join(clone, ".env"), Object.keys(composePasswords));
  console.log(made.length > 0 ? `Made ${made.join(", ")} in .env` : "Took the passwords of .env");
  await configure(["set", "services", "external"]);
  for (const [name, key] of Object.entries(composePasswords)) {
    // By standard input: a command line can be read by others.
    await configure(["set", "--secret", "--path", key], passwords[name]);
  }
  console.log("\nThe local stack uses the servers of compose.yaml. Next:\n");
  console.log("  docker compose up -d --wait\n  npm start");
  return 0;
}

async function configure(args: readonly string[], input?: string): Promise<void> {
  const { code } = await runPulumi(["config", ...args], {
    quiet: true,
    ...(input !== undefined && { input }),
  });
  if (code !== 0) throw new Refusal("the stack's configuration could not be changed; see above");
}

if (process.argv.includes("--help")) console.log(help);
else await run(useCompose);
