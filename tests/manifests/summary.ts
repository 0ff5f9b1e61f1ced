import type { TestModule } from "vitest/node";

export type Summary = {
  readonly lines: readonly string[];
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
};

/**
 * What the tests found, per component, with the name of everything that was skipped; the last
 * line is `N passed, N failed, N skipped`. A file or an error outside of tests counts as failed.
 */
export function summary(modules: readonly TestModule[], errors: number): Summary {
  const tests = modules.flatMap((module) => [...module.children.allTests()]);
  const states = tests.map((test) => test.result().state);
  const count = (state: string): number => states.filter((one) => one === state).length;
  const broken = modules.filter((module) => module.errors().length > 0).length;
  const failed = count("failed") + broken + errors;
  // Those that a filter left out are not worth a word.
  const skipped = tests.filter((test) => test.options.mode === "skip");

  const metas = tests.map((test) => test.meta());
  const fields = metas.reduce((sum, meta) => sum + (meta.fields ?? 0), 0);
  const free = metas.flatMap((meta) => meta.free ?? []);

  const suites = Map.groupBy(tests, ({ parent }) => (parent.type === "suite" ? parent.name : ""));
  const perSuite = [...suites]
    .filter(([name]) => name !== "")
    .map(([name, own]) => `  ${name.padEnd(46)}${tally(own.map((test) => test.result().state))}`);
  return {
    lines: [
      "",
      ...perSuite,
      "",
      `${fields} fields misspelt, one at a time.`,
      ...(free.length > 0 ? ["A misspelt field would pass unseen at:"] : []),
      ...free.map((path) => `  ${path}`),
      ...(skipped.length > 0 ? ["", "Not judged here:"] : []),
      ...skipped.map((test) => `  ${test.fullName}`),
      "",
      `${count("passed")} passed, ${failed} failed, ${skipped.length} skipped`,
    ],
    passed: count("passed"),
    failed,
    skipped: skipped.length,
  };
}

const tally = (states: readonly string[]): string =>
  [...Map.groupBy(states, (state) => state)]
    .map(([state, those]) => `${those.length} ${state}`)
    .join(", ");
