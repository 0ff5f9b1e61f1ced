import { parseArgs } from "node:util";
import { run } from "#commands/run.ts";
import { exitCodeOf, runTests } from "../run-tests.ts";

const usage = `npm run stack-test [-- --filter text]

Tries the local stack itself on a throw-away clone with ports of its own: repair of what died or
was deleted, what a change touches, ports, bad input, secrets, servers that somebody else runs, and
that nothing is left behind. Your own stack is not touched. Takes about seven minutes with the
programs cached.`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { filter: { type: "string" }, help: { type: "boolean", short: "h" } },
  });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const ran = await runTests(
    { include: ["tests/local/*.stack.ts"], filter: values.filter },
    {
      // The files share the machine, and one of them its only ports.
      fileParallelism: false,
      // Of what may run beside each other, a run for each processor of a small machine.
      maxConcurrency: 2,
      testTimeout: 240_000,
      hookTimeout: 240_000,
    },
  );
  return exitCodeOf(ran);
}

await run(main);
