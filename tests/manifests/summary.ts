import type { TestRun } from "../run-tests.ts";

/**
 * What the tests found, line by line: per component, with the name of everything that was skipped;
 * the last line is `N passed, N failed, N skipped`.
 */
export function summaryOf({ modules, passed, failed }: TestRun): string[] {
  const tests = modules.flatMap((module) => [...module.children.allTests()]);
  // Those that a filter left out are not worth a word.
  const skipped = tests.filter((test) => test.options.mode === "skip");

  const metas = tests.map((test) => test.meta());
  const fields = metas.reduce((sum, meta) => sum + (meta.fields ?? 0), 0);
  const free = metas.flatMap((meta) => meta.free ?? []);

  const suites = Map.groupBy(tests, ({ parent }) => (parent.type === "suite" ? parent.name : ""));
  const perSuite = [...suites]
    .filter(([name]) => name !== "")
    .map(([name, own]) => `  ${name.padEnd(46)}${tally(own.map((test) => test.result().state))}`);
  return [
    "",
    ...perSuite,
    "",
    `${fields} fields misspelt, one at a time.`,
    ...(free.length > 0 ? ["A misspelt field would pass unseen at:"] : []),
    ...free.map((path) => `  ${path}`),
    ...(skipped.length > 0 ? ["", "Not judged here:"] : []),
    ...skipped.map((test) => `  ${test.fullName}`),
    "",
    `${passed} passed, ${failed} failed, ${skipped.length} skipped`,
  ];
}

const tally = (states: readonly string[]): string =>
  [...Map.groupBy(states, (state) => state)]
    .map(([state, those]) => `${those.length} ${state}`)
    .join(", ");
