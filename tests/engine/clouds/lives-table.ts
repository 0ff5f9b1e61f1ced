import type { TestCase, TestModule } from "vitest/node";

const columns: readonly [title: string, test: RegExp][] = [
  ["preview", /^a preview /],
  ["up", /^comes up/],
  ["change", /^one change/],
  ["destroy", /^is destroyed/],
];
const place = /a prod stack on (.*?)( passes by the policy pack)?$/;

/** What became of each row of stacks in clouds, as a table; empty where none was run. */
export function livesTable(modules: readonly TestModule[]): string {
  const rows = new Map<string, Map<string, string>>();
  for (const test of modules.flatMap((module) => [...module.children.allTests()])) {
    const row = place.exec(test.fullName.split(" > ")[0] ?? "")?.[1];
    const title = columns.find(([, name]) => name.test(test.name))?.[0];
    if (!row || !title || test.result().state === "skipped") continue;
    rows.set(row, (rows.get(row) ?? new Map()).set(title, outcomeOf(test)));
  }
  if (rows.size === 0) return "";
  const width = Math.max(...[...rows.keys()].map(({ length }) => length));
  const line = (name: string, cells: readonly string[]): string =>
    `  ${name.padEnd(width)}${cells.map((cell) => cell.padStart(10)).join("")}`;
  const titles = columns.map(([title]) => title);
  return [
    line("a prod stack on", titles),
    ...[...rows].map(([name, cells]) =>
      line(
        name,
        titles.map((it) => cells.get(it) ?? "-"),
      ),
    ),
  ].join("\n");
}

function outcomeOf(test: TestCase): string {
  const { state } = test.result();
  if (state === "passed") return `${((test.diagnostic()?.duration ?? 0) / 1_000).toFixed(1)} s`;
  // After the first that failed the others are not begun.
  return state === "failed" ? "FAILED" : "not run";
}
