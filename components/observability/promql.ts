import type { MetricName } from "./metric-names.ts";

/** What labels a series must have: a value, or a pattern that must or must not fit. */
export type Labels = Readonly<Record<string, string | { readonly is: string } | { not: string }>>;

/** A selector, as `outbox_depth{namespace="todo",app="backend"}`. */
export function series(name: MetricName, labels: Labels, range = ""): string {
  const matchers = Object.entries(labels).map(([label, wanted]) => {
    if (typeof wanted === "string") return `${label}=${JSON.stringify(wanted)}`;
    return "is" in wanted
      ? `${label}=~${JSON.stringify(wanted.is)}`
      : `${label}!~${JSON.stringify(wanted.not)}`;
  });
  return `${name}{${matchers.join(",")}}${range && `[${range}]`}`;
}

/** A pattern that fits exactly these texts. */
export const oneOf = (texts: readonly string[]): { readonly is: string } => ({
  is: texts.map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|"),
});

/** A rate per second over a window, by which labels, or in one sum. */
export const rate = (
  name: MetricName,
  labels: Labels,
  window: string,
  by: readonly string[] = [],
): string => `${aggregate("sum", by)}(rate(${series(name, labels, window)}))`;

/** A quantile of a histogram, in its unit. */
export const quantile = (
  share: number,
  name: MetricName,
  labels: Labels,
  window: string,
  by: readonly string[] = [],
): string =>
  `histogram_quantile(${share}, ${aggregate("sum", [...by, "le"])}(rate(${series(name, labels, window)})))`;

/** `sum by (topic) ` before a parenthesis, or only `sum`. */
const aggregate = (operator: string, by: readonly string[]): string =>
  by.length > 0 ? `${operator} by (${by.join(", ")}) ` : operator;

/**
 * What a counter gained in a window. Unlike `increase` it sees the first occurrence too: counters
 * of errors begin to exist, at one, when the first error happens.
 */
export const gained = (
  name: MetricName,
  labels: Labels,
  window: string,
  by: readonly string[] = [],
): string => {
  const now = `${aggregate("sum", by)}(${series(name, labels)})`;
  const before = `${aggregate("sum", by)}(${series(name, labels)} offset ${window})`;
  return `(${now} - (${before} or ${now} * 0))`;
};
