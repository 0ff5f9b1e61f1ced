import { deviationsOf } from "./check.ts";
import type { Consequence } from "./effects.ts";
import type { Outcome } from "./examine.ts";

type Column = {
  readonly title: string;
  readonly value: (outcome: Outcome) => string | number;
};

const sum = (numbers: readonly number[]): number => numbers.reduce((one, other) => one + other, 0);
const countOf = ({ consequences }: Outcome, wanted: Consequence["of"]): number =>
  consequences.filter((one) => one.of === wanted).length;
const seconds = (timeMs: number): string => (timeMs / 1_000).toFixed(1);

const columns: readonly Column[] = [
  { title: "fault", value: ({ name }) => name },
  { title: "requests", value: ({ load }) => sum(Object.values(load.tally)) },
  { title: "acknowledged", value: ({ acknowledged }) => acknowledged },
  { title: "repeated", value: ({ load }) => load.repeated },
  { title: "reminders", value: (outcome) => countOf(outcome, "reminder") },
  { title: "series", value: (outcome) => countOf(outcome, "series") },
  { title: "duplicates", value: ({ findings }) => findings.duplicates.length },
  { title: "missing", value: ({ findings }) => findings.missing.length },
  { title: "unexpected", value: ({ findings }) => findings.unexpected.length },
  { title: "gaps", value: ({ findings }) => findings.gaps.length },
  { title: "out of order", value: ({ findings }) => findings.outOfOrder.length },
  { title: "dead letters", value: ({ deadLetters }) => deadLetters ?? "unknown" },
  { title: "told", value: ({ audience }) => audience.told },
  { title: "reconnects", value: ({ audience }) => audience.lost },
  { title: "repair s", value: ({ repair }) => (repair ? seconds(repair.tookMs) : "-") },
  { title: "slowest s", value: ({ load }) => seconds(load.slowestMs) },
  { title: "longest pause s", value: ({ load }) => seconds(load.longestPauseMs) },
];

const nameWidth = 26;
const shownDeviations = 10;

/** The heading of the table. */
export const heading = (): string => [...columns.map(pad), "result"].join("  ");

/** The line of one fault. */
export const line = (outcome: Outcome, passed: boolean): string => {
  const cells = columns.map((column, index) => padTo(column, index, String(column.value(outcome))));
  return [...cells, passed ? "passed" : "FAILED"].join("  ");
};

/** The line of a fault whose examination could not be carried through. */
export const brokenLine = (name: string, reason: string): string =>
  `${name.padEnd(nameWidth)}  FAILED: ${reason}`;

/** All that a fault must not have led to; empty when it passed. */
export const deviationsIn = ({ findings, repair }: Outcome): string[] => [
  ...(repair?.failure ? [repair.failure] : []),
  ...deviationsOf(findings),
];

/**
 * The requests that were not answered as they should be, of a fault that has to spare them all. What
 * is refused for good is a deviation anyway; a reminder that came too late on a busy machine is none.
 */
export function troublesIn({ load }: Outcome): string[] {
  const troubles = Object.entries(load.tally).filter(([said]) => !/^(2\d\d|400)$/.test(said));
  return troubles.map(([said, times]) => `${times} requests: ${said}`);
}

/** The first deviations for people to read, indented below the line of their fault. */
export function examples(deviations: readonly string[]): string {
  const shown = deviations.slice(0, shownDeviations).map((text) => `    ${text}`);
  const more = deviations.length - shown.length;
  return [...shown, ...(more > 0 ? [`    and ${more} more`] : [])].join("\n");
}

const pad = (column: Column, index: number): string => padTo(column, index, column.title);

const padTo = ({ title }: Column, index: number, text: string): string =>
  index === 0 ? text.padEnd(nameWidth) : text.padStart(title.length);
