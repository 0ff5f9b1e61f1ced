type Factors = Readonly<Record<string, readonly string[]>>;
type Row<F extends Factors> = { readonly [Name in keyof F]: F[Name][number] };

/**
 * Few rows in which every value of each factor meets every value of each other one. Deterministic:
 * the same factors give the same rows.
 */
export function pairwise<F extends Factors>(factors: F): Row<F>[] {
  const all = everyRow(factors);
  const open = new Set(all.flatMap(pairsOf));
  const rows: Row<F>[] = [];
  const gain = (row: Row<F>): number => pairsOf(row).filter((pair) => open.has(pair)).length;
  while (open.size > 0) {
    const best = all.reduce((one, other) => (gain(other) > gain(one) ? other : one));
    for (const pair of pairsOf(best)) open.delete(pair);
    rows.push(best);
  }
  return rows;
}

/** Every combination of the factors' values. */
export const everyRow = <F extends Factors>(factors: F): Row<F>[] =>
  Object.entries(factors).reduce<Record<string, string>[]>(
    (rows, [name, values]) =>
      rows.flatMap((row) => values.map((value) => ({ ...row, [name]: value }))),
    [{}],
  ) as Row<F>[];

/** Each two values of a row, as one text. */
export const pairsOf = (row: Readonly<Record<string, string>>): string[] => {
  const settings = Object.entries(row).map(([name, value]) => `${name}=${value}`);
  return settings.flatMap((one, index) =>
    settings.slice(index + 1).map((other) => `${one} ${other}`),
  );
};
