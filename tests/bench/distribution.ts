/** How values lie: never one number alone. `mean` is for rates, which are totals over time. */
export type Distribution = {
  readonly n: number;
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
};

/** Sorts values into their distribution, by the nearest rank; throws when there are none. */
export function distributionOf(values: readonly number[]): Distribution {
  if (values.length === 0) throw new Error("nothing was measured");
  const sorted = [...values].sort((one, other) => one - other);
  const at = (share: number): number =>
    sorted[Math.min(sorted.length, Math.max(1, Math.ceil(share * sorted.length))) - 1] ?? 0;
  return {
    n: sorted.length,
    mean: sorted.reduce((sum, value) => sum + value, 0) / sorted.length,
    p50: at(0.5),
    p90: at(0.9),
    p95: at(0.95),
    p99: at(0.99),
    max: at(1),
  };
}

/** Amounts per second between the samples of a counter. */
export const ratesOf = (samples: readonly { atMs: number; value: number }[]): number[] =>
  samples.slice(1).map(({ atMs, value }, index) => {
    const before = samples[index] ?? { atMs, value };
    return ((value - before.value) / Math.max(1, atMs - before.atMs)) * 1_000;
  });

/**
 * Whether what waits stays as it is: its mean over the last quarter of the samples is not above
 * that of the second quarter by more than `allowed`.
 */
export function isFlat(depths: readonly number[], allowed: number): boolean {
  const quarter = Math.floor(depths.length / 4);
  if (quarter === 0) return false;
  const mean = (part: readonly number[]): number =>
    part.reduce((sum, value) => sum + value, 0) / part.length;
  return mean(depths.slice(-quarter)) - mean(depths.slice(quarter, 2 * quarter)) <= allowed;
}
