/** The sum of a metric's samples in Prometheus' text form, over those with the labels given. */
export function sumOf(
  text: string,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number {
  let sum = 0;
  for (const line of text.split("\n")) {
    const match = /^([a-zA-Z_:][\w:]*)(\{.*\})? (\S+)/.exec(line);
    if (!match || match[1] !== name) continue;
    const has = Object.entries(labels).every(([label, value]) =>
      match[2]?.includes(`${label}="${value}"`),
    );
    if (has) sum += Number(match[3]);
  }
  return sum;
}
