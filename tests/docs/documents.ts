import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The repository. */
export const root = join(import.meta.dirname, "..", "..");

/** A text for people, by its path from the root. */
export type Document = { readonly path: string; readonly text: string };

const folders = ["", "docs", "docs/previews", "components/observability"];

export const documents: readonly Document[] = folders.flatMap((folder) =>
  readdirSync(join(root, folder))
    .filter((file) => file.endsWith(".md"))
    .map((file) => join(folder, file))
    .map((path) => ({ path, text: readFileSync(join(root, path), "utf8") })),
);

/** Those that tell people what to type: all but what programs write and what was once decided. */
export const guides = documents.filter(
  ({ path }) => path !== "DECISIONS.md" && !path.startsWith("docs/previews/"),
);

/** What stands between fences of a language, without the indentation of a list. */
export const blocksOf = (text: string, language: string): string[] =>
  [...text.matchAll(/^( *)```(\w+)\n(.*?)^ *```$/gms)]
    .filter(([, , named]) => named === language)
    .map(([, indent = "", , block = ""]) => block.replaceAll(new RegExp(`^${indent}`, "gm"), ""));

/** Each line that a shell is given, in fences or within a sentence, with those it goes on in. */
export function commandsOf(text: string): string[] {
  const fenced = blocksOf(text, "sh").flatMap((block) => block.replaceAll("\\\n", " ").split("\n"));
  const outside = text.replaceAll(/^ *```.*?^ *```$/gms, "");
  const within = [...outside.matchAll(/`([^`]+)`/g)].map(([, code = ""]) => code);
  return [...fenced, ...within].map((line) => line.replaceAll(/\s+/g, " ").trim());
}
