import type { Distribution } from "./distribution.ts";
import type { Machine } from "./machine.ts";
import { bareInsert, type Row, rows } from "./rows.ts";

/** Something that was measured, by its name. */
export type Figure = {
  readonly name: string;
  readonly unit: "ms" | "/s" | "messages" | "MiB" | "%";
  readonly values: Distribution;
  /** How it was measured, or what to mind about it. */
  readonly note?: string;
  /** False when a condition that belongs to the figure did not hold; the note then says which. */
  readonly holds?: boolean;
};

/** Something that could not be measured, and why. */
export type Absence = { readonly name: string; readonly notMeasured: string };

export type Measurement = Figure | Absence;

export type Verdict = {
  readonly row: Row;
  readonly verdict: "aim" | "floor" | "missed" | "not measured";
  readonly value?: number;
  /** How far the value is along the way to the aim: 1 is there, 0.5 is half as good. */
  readonly ofAim?: number;
  readonly why?: string;
};

export type Report = {
  readonly machine: Machine;
  readonly startedAt: string;
  /** Share of the requests whose trace was kept. */
  readonly sampling: number;
  readonly tookSeconds: number;
  readonly verdicts: readonly Verdict[];
  readonly measurements: readonly Measurement[];
};

/** Judges every row of the specification; one whose figure is absent counts as not measured. */
export const verdictsOf = (measurements: readonly Measurement[]): Verdict[] =>
  rows.map((row) => {
    const found = measurements.find(({ name }) => name === row.figure);
    if (!found || "notMeasured" in found) {
      return { row, verdict: "not measured", why: found?.notMeasured ?? "left out of this run" };
    }
    const value = found.values[row.statistic];
    const reaches = (limit: number) => (row.better === "more" ? value >= limit : value <= limit);
    const ofAim = row.better === "more" ? value / row.aim : row.aim / Math.max(value, 1e-9);
    const why = found.holds === false ? found.note : undefined;
    const verdict =
      found.holds === false || !reaches(row.floor) ? "missed" : reaches(row.aim) ? "aim" : "floor";
    return { row, verdict, value, ofAim, ...(why !== undefined && { why }) };
  });

/** The report for people. */
export function markdownOf(report: Report): string {
  const { machine, verdicts, measurements } = report;
  const count = (verdict: Verdict["verdict"]) =>
    verdicts.filter((one) => one.verdict === verdict).length;
  const figures = measurements.filter((one): one is Figure => "values" in one);
  const absences = measurements.filter((one): one is Absence => "notMeasured" in one);
  return [
    "# Bench",
    "",
    `${report.startedAt}, ${Math.round(report.tookSeconds)} s. Of ${verdicts.length} rows: ${count("aim")} reach ` +
      `their aim, ${count("floor")} their floor, ${count("missed")} miss it, ${count("not measured")} were not measured.`,
    "",
    `Machine: ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.kernel}, Node ${machine.node}; ` +
      `load of one minute at the start ${machine.loadAtStart}, at the end ${machine.loadAtEnd}. Everything runs on it, k6 too. Of the requests ${report.sampling * 100} % had their trace kept.`,
    "",
    "| what | floor | aim | measured | of the aim | verdict |",
    "|---|---|---|---|---|---|",
    ...verdicts.map(lineOf),
    "",
    ...besideBare(verdicts, figures),
    "## Figures",
    "",
    "| figure | unit | n | mean | p50 | p90 | p95 | p99 | max | note |",
    "|---|---|---|---|---|---|---|---|---|---|",
    ...figures.map(({ name, unit, values, note = "" }) => {
      const { n, mean, p50, p90, p95, p99, max } = values;
      const numbers = [mean, p50, p90, p95, p99, max].map(shown);
      return `| ${[name, unit, n, ...numbers, note].join(" | ")} |`;
    }),
    ...(absences.length > 0
      ? ["", "## Not measured", "", ...absences.map((one) => `- ${one.name}: ${one.notMeasured}`)]
      : []),
    "",
  ].join("\n");
}

/** How machines are compared: by what each leaves of its own bare insert. */
function besideBare(verdicts: readonly Verdict[], figures: readonly Figure[]): string[] {
  const here = figures.find(({ name }) => name === bareInsert.figure)?.values.mean;
  const measured = verdicts.filter(({ row, value }) => row.besideBare && value !== undefined);
  if (here === undefined || measured.length === 0) return [];
  const share = (value: number, of: number): string => `${((100 * value) / of).toFixed(1)} %`;
  return [
    `The bare insert does ${shown(here)}/s here and ${shown(bareInsert.reference)}/s on the machine that floors and aims are for. In shares of it:`,
    "",
    "| what | floor | aim | measured |",
    "|---|---|---|---|",
    ...measured.map(({ row, value = 0 }) => {
      const [floor, aim] = [row.floor, row.aim].map((it) => share(it, bareInsert.reference));
      return `| ${[row.what, floor, aim, share(value, here)].join(" | ")} |`;
    }),
    "",
  ];
}

const lineOf = ({ row, verdict, value, ofAim, why }: Verdict): string =>
  `| ${[
    row.what,
    `${shown(row.floor)} ${row.unit}`,
    `${shown(row.aim)} ${row.unit}`,
    value === undefined ? "" : `${shown(value)} ${row.unit} (${row.statistic})`,
    ofAim === undefined ? "" : `${Math.round(ofAim * 100)} %`,
    why === undefined ? verdict : `${verdict}: ${why}`,
  ].join(" | ")} |`;

const shown = (value: number): string =>
  value >= 100 ? Math.round(value).toLocaleString("en") : String(Number(value.toPrecision(3)));
