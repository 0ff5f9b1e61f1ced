import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Refusal, run } from "#commands/run.ts";
import { signUp } from "../account.ts";
import { requireApi, requireStack } from "../e2e/stack.ts";
import { ensureSchemathesis } from "./schemathesis.ts";

const usage = `Usage: npm run fuzz [-- --url http://… --examples 300 --seed 1]

Asks a running system what nobody would ask, by Schemathesis from its own /openapi.json, signed in
and not: no answer may be a failure of the server, or other than the description says. It makes
accounts and tasks and leaves them there.

  --url       where its API is; without it, the local stack
  --examples  so many requests for each operation and phase at most (300)
  --seed      the same one asks the same again (1)
  --help      print this

Needs Python >= 3.10; Schemathesis itself is installed by pip, once.`;

/**
 * Left out is one check: that whatever fits the description is taken. An If-Match of another
 * version, a key that was used, a rule of recurrence that no calendar knows are refused rightly.
 */
const leftOut = "positive_data_acceptance";

/** Each in a run of its own, as a token lives for 15 minutes. */
const parts = [
  { name: "signed in, at the bounds of each field", phases: "coverage", signedIn: true },
  { name: "signed in, anything", phases: "fuzzing", signedIn: true },
  { name: "signed in, one request after the other", phases: "stateful", signedIn: true },
  { name: "nobody signed in", phases: "coverage,fuzzing", signedIn: false },
];

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      url: { type: "string" },
      examples: { type: "string", default: "300" },
      seed: { type: "string", default: "1" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  for (const name of ["examples", "seed"] as const) {
    if (!/^[1-9]\d{0,8}$/.test(values[name])) throw new Refusal(`--${name} is a number from 1`);
  }
  const baseUrl = values.url ?? requireStack().baseUrl;
  await requireApi(baseUrl);
  const program = await ensureSchemathesis(console.error);
  const folder = mkdtempSync(join(tmpdir(), "todo-fuzz-"));
  const options = [
    ...["--workers", "1", "--no-color", "--continue-on-failure", "--exclude-checks", leftOut],
    ...["--max-examples", values.examples, "--seed", values.seed],
  ];
  let asked = 0;
  const failed: string[] = [];
  try {
    for (const { name, phases, signedIn } of parts) {
      console.log(`\n--- ${name}`);
      const as = signedIn
        ? ["--header", `Authorization: Bearer ${await (await signUp(baseUrl)).token()}`]
        : [];
      const address = `${new URL("/openapi.json", baseUrl)}`;
      const argv = ["run", address, "--phases", phases, ...options, ...as];
      const { code, output } = await told(program, argv, folder);
      const generated = Number(/(\d+) generated/.exec(output)?.[1] ?? 0);
      asked += generated;
      if (code !== 0 || generated === 0) failed.push(name);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  console.log(`\n${asked} requests; failed: ${failed.join("; ") || "none"}`);
  console.log(`${parts.length - failed.length} passed, ${failed.length} failed`);
  return failed.length === 0 ? 0 : 1;
}

/** Runs it where what it leaves behind goes away, showing what it says. */
async function told(program: string, argv: readonly string[], cwd: string) {
  const child = spawn(program, argv, { cwd, stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
    process.stdout.write(text);
  });
  const [code] = (await once(child, "close")) as [number | null];
  return { code, output };
}

await run(main);
