import { parseArgs } from "node:util";
import { ensurePrograms } from "./ensure.ts";
import { catalog, type ProgramName } from "./programs.ts";
import { ToolchainError } from "./toolchain-error.ts";

const known: readonly ProgramName[] = [
  "java",
  "postgres",
  "redis-server",
  "kafka",
  "pulumi-language-nodejs",
  "pulumi",
  "daprd",
  "dapr-scheduler",
  "dapr-sentry",
];

const usage = `Usage: node toolchain/main.ts [--json] [--verify] [names…]

Finds each program on PATH or in the cache, or makes it, and prints where it is.
Without names: all of them.

  --json     print the programs as JSON (progress goes to standard error)
  --verify   compare the content of the cache with its checksums, not only sizes
  --help     print this

Names: ${known.join(", ")}
Cache: TODO_EVOLUTION_CACHE, else the cache folder of this user`;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      help: { type: "boolean", short: "h" },
      json: { type: "boolean" },
      verify: { type: "boolean" },
    },
  });
  if (values.help) {
    console.log(usage);
    return;
  }
  const unknown = positionals.filter((name) => name !== "java" && !Object.hasOwn(catalog, name));
  if (unknown.length > 0) {
    throw new ToolchainError(`no such program: ${unknown.join(", ")}.\nKnown: ${known.join(", ")}`);
  }
  const names = positionals.length > 0 ? (positionals as ProgramName[]) : known;
  const programs = await ensurePrograms(names, {
    verify: values.verify ?? false,
    log: values.json ? console.error : console.log,
  });
  if (values.json) console.log(JSON.stringify(programs, null, 2));
  else for (const { name, path } of Object.values(programs)) console.log(`${name}: ${path}`);
}

main().catch((error: unknown) => {
  const isExpected =
    error instanceof ToolchainError ||
    (error as { code?: string }).code?.startsWith("ERR_PARSE_ARGS");
  console.error(isExpected ? (error as Error).message : error);
  process.exitCode = 1;
});
