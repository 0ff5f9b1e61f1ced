import type { InlineConfig, TestModule } from "vitest/node";
import { startVitest } from "vitest/node";
import { repositoryFolder } from "./e2e/stack.ts";

/** What a run of tests came to; a file or an error outside of tests counts as failed. */
export type TestRun = {
  readonly modules: readonly TestModule[];
  readonly passed: number;
  readonly failed: number;
};

/**
 * Runs tests that need more than Node, by Vitest in this process: those of the files `include`, and
 * of them those whose name contains the filter.
 */
export async function runTests(
  { include, filter }: { readonly include: string[]; readonly filter: string | undefined },
  settings: InlineConfig,
): Promise<TestRun> {
  const vitest = await startVitest([], {
    run: true,
    watch: false,
    config: false,
    root: repositoryFolder,
    include,
    reporters: ["verbose"],
    expect: { poll: { timeout: 15_000 } },
    ...settings,
    ...(filter !== undefined && { testNamePattern: literally(filter) }),
  });
  const modules = vitest.state.getTestModules();
  const states = modules.flatMap((module) =>
    [...module.children.allTests()].map((test) => test.result().state),
  );
  const count = (state: string): number => states.filter((one) => one === state).length;
  const broken = modules.filter((module) => module.errors().length > 0).length;
  const failed = count("failed") + broken + vitest.state.getUnhandledErrors().length;
  await vitest.close();
  return { modules, passed: count("passed"), failed };
}

/** 0 only when some tests ran and all of them passed. */
export function exitCodeOf({ passed, failed }: Pick<TestRun, "passed" | "failed">): number {
  if (passed === 0 && failed === 0) console.error("no test ran: none has the filter in its name");
  return passed > 0 && failed === 0 ? 0 : 1;
}

const literally = (text: string): RegExp =>
  new RegExp(text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"), "i");
