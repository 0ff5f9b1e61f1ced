/** Rows under a heading, each column as wide as its widest; without a heading when it is empty. */
export function columns(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = heading.some(Boolean) ? [heading, ...rows] : rows;
  const widths = heading.map((_, index) => Math.max(...all.map((row) => row[index]?.length ?? 0)));
  return all
    .map((row) =>
      row
        .map((cell, index) => cell.padEnd(widths[index] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
