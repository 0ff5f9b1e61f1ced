/**
 * The first version number in a text, such as the output of `--version`.
 * @returns two or three numbers, `undefined` when the text has none
 */
export function parseVersion(text: string): string | undefined {
  return /(?<![\d.])\d+\.\d+(?:\.\d+)?/.exec(text)?.[0];
}

/** Java says `17.0.15`, `21` and, until 8, `1.8.0_402`. Answers its feature number. */
export function parseJavaVersion(text: string): string | undefined {
  const version = /"?(\d+(?:[._]\d+)*)/.exec(text.replace(/^.*?version/s, ""))?.[1];
  return version?.startsWith("1.") ? version.slice(2) : version;
}

/** Whether `version` is `minimum` or newer; what is missing counts as zero. */
export function atLeast(version: string, minimum: string): boolean {
  const [actual, wanted] = [numbers(version), numbers(minimum)];
  for (const [index, part] of wanted.entries()) {
    const difference = (actual[index] ?? 0) - part;
    if (difference !== 0) return difference > 0;
  }
  return true;
}

function numbers(version: string): number[] {
  return version.split(".").map((part) => Number.parseInt(part, 10) || 0);
}
