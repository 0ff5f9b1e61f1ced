import { expect, test } from "vitest";
import { distributionOf } from "./distribution.ts";
import { type Figure, type Measurement, markdownOf, verdictsOf } from "./report.ts";
import { rows } from "./rows.ts";

const figure = (name: string, value: number, more: Partial<Figure> = {}): Figure => ({
  name,
  unit: "/s",
  values: distributionOf([value]),
  ...more,
});

const verdict = (measured: Figure) =>
  verdictsOf([measured]).find(({ row }) => row.figure === measured.name);

test.each([
  ["create sustained", 2_000, "aim", 1],
  ["create sustained", 1_000, "floor", 0.5],
  ["create sustained", 399, "missed", 0.1995],
  ["cold start", 300, "aim", 1],
  ["cold start", 600, "floor", 0.5],
  ["cold start", 2_001, "missed", 0.15],
])("%s of %d is judged as %s", (name, value, expected, ofAim) => {
  const judged = verdict(figure(name, value));
  expect(judged?.verdict).toBe(expected);
  expect(judged?.ofAim).toBeCloseTo(ofAim, 3);
});

test("a figure whose condition did not hold is missed, whatever its value, and says why", () => {
  const judged = verdict(figure("create sustained", 5_000, { holds: false, note: "depth grows" }));
  expect(judged).toMatchObject({ verdict: "missed", why: "depth grows" });
});

test("what was not measured is counted as such, with its reason", () => {
  const verdicts = verdictsOf([{ name: "reminder lateness", notMeasured: "no reminders yet" }]);
  expect(verdicts).toHaveLength(rows.length);
  expect(verdicts.every((one) => one.verdict === "not measured")).toBe(true);
  expect(verdicts.find(({ row }) => row.figure === "reminder lateness")?.why).toBe(
    "no reminders yet",
  );
});

test("the report names the machine, every row, every figure and what is absent", () => {
  const measurements = [
    figure("create sustained", 1_234),
    { name: "websocket fan-out", notMeasured: "no sync yet" },
  ];
  const text = reportOf(measurements);
  expect(text).toContain("A processor, 2 cores");
  expect(text).toContain("0 reach their aim, 1 their floor, 0 miss it, 12 were not measured");
  for (const row of rows) expect(text).toContain(row.what);
  expect(text).toContain("| create sustained | /s | 1 | 1,234 |");
  expect(text).toContain("- websocket fan-out: no sync yet");
});

test("creates are seen beside the bare insert of the same run, where it was measured", () => {
  const created = figure("create sustained", 170);
  expect(reportOf([created])).not.toContain("bare insert does");
  const text = reportOf([created, figure("beside: bare insert", 1_700)]);
  expect(text).toContain("does 1,700/s here and 9,000/s");
  expect(text).toContain(`| ${rows[0]?.what} | 4.4 % | 22.2 % | 10.0 % |`);
});

function reportOf(measurements: readonly Measurement[]): string {
  return markdownOf({
    machine: {
      cpu: "A processor",
      cores: 2,
      memoryGiB: 8,
      kernel: "Linux 6",
      node: "24",
      loadAtStart: 0.1,
      loadAtEnd: 2,
    },
    startedAt: "2026-01-01T00:00:00Z",
    sampling: 0.1,
    tookSeconds: 100,
    verdicts: verdictsOf(measurements),
    measurements,
  });
}
