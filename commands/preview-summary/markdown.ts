/** What a comment of GitHub may have, in characters. */
export const commentLimit = 65_536;

/**
 * Text that somebody else wrote, so that it stays text: no link, no picture, no HTML, nobody is
 * told by an `@`, and a table keeps its columns. Cut at `most` characters.
 */
export const escaped = (text: string, most = 600): string =>
  cut(text.replaceAll(/\s+/g, " ").trim(), most)
    .replaceAll(/[\\`*_[\]<>|~]/g, (sign) => `\\${sign}`)
    .replaceAll("@", "@\u200b")
    .replaceAll(/([#!])(?=[\w(\\])/g, "$1\u200b");

/** A name as code, in which only a backtick would end it. */
export const code = (text: string, most = 160): string =>
  `\`${cut(text.replaceAll(/\s+/g, " ").replaceAll("`", "'").replaceAll("|", "¦"), most)}\``;

/** A list that says how many it leaves out. */
export function list(entries: readonly string[], most = Number.POSITIVE_INFINITY): string[] {
  const shown = entries.slice(0, most).map((entry) => `- ${entry}`);
  const left = entries.length - shown.length;
  return left > 0 ? [...shown, `- … and ${left} more`] : shown;
}

/** What is closed until somebody opens it. */
export const folded = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0
    ? []
    : [`<details><summary>${title}</summary>`, "", ...lines, "", "</details>"];

/** A box that GitHub draws in colour. */
export const alert = (kind: "CAUTION" | "WARNING", lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : [`> [!${kind}]`, ...lines.map((line) => `> ${line}`)];

/** A Markdown table; empty without rows. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string[] =>
  rows.length === 0
    ? []
    : [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`);

/** `1 policy`, `2 policies`. */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`;

/** By characters as people count them: never half of one. */
function cut(text: string, most: number): string {
  const characters = [...text];
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join("")}…`;
}
