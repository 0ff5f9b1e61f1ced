import { parseArgs } from "node:util";
import { startVitest } from "vitest/node";
import { repositoryFolder } from "../e2e/stack.ts";

const usage = `npm run stack-test [-- --filter text]

Tries the local stack itself on a throw-away clone with ports of its own: repair of what died or
was deleted, what a change touches, ports, bad input, secrets, and that nothing is left behind.
Your own stack is not touched. Takes about five minutes with the programs cached.`;

const { values } = parseArgs({
  options: { filter: { type: "string" }, help: { type: "boolean", short: "h", default: false } },
});

if (values.help) {
  console.log(usage);
} else {
  const vitest = await startVitest([], {
    run: true,
    watch: false,
    config: false,
    root: repositoryFolder,
    include: ["tests/local/*.stack.ts"],
    reporters: ["verbose"],
    // The files share the machine, and one of them its only ports.
    fileParallelism: false,
    testTimeout: 240_000,
    hookTimeout: 240_000,
    ...(values.filter !== undefined && { testNamePattern: values.filter }),
  });
  const modules = vitest.state.getTestModules();
  const states = modules.flatMap((module) =>
    [...module.children.allTests()].map((test) => test.result().state),
  );
  const failed =
    modules.some((module) => module.state() === "failed") ||
    vitest.state.getUnhandledErrors().length > 0;
  await vitest.close();
  process.exitCode = !failed && states.includes("passed") ? 0 : 1;
}
