import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { verbs } from "#commands/pipeline/verbs.ts";
import { blocksOf, commandsOf, guides, root } from "./documents.ts";

const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  scripts: Record<string, string>;
};

test.each(guides)("scripts of npm that $path names are there", ({ text }) => {
  const named = [...text.matchAll(/npm run (?:-s )?([\w:-]+)/g)].map(([, name = ""]) => name);
  expect(named.filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
});

test("every script of npm is told in the README", () => {
  const readme = readFileSync(join(root, "README.md"), "utf8");
  const told = (name: string): boolean => new RegExp(`npm (run (-s )?)?${name}\\b`).test(readme);
  // What changes committed files is told to those who change them; steps of pipelines are GitHub's.
  const elsewhere = ["release", "pictures", "pipeline"];
  expect(Object.keys(scripts).filter((name) => !told(name))).toEqual(elsewhere);
});

test.each(guides)("steps of the pipeline are called with what they take: $path", ({ text }) => {
  for (const command of commandsOf(text)) {
    const [, verb, options = ""] = /npm run (?:-s )?pipeline -- (\w+)(.*)/.exec(command) ?? [];
    if (verb === undefined) continue;
    const given = [...options.matchAll(/--([\w-]+)/g)].map(([, name]) => name);
    expect(verbs[verb]?.options, command).toEqual(expect.arrayContaining(given));
  }
});

test.each(guides)("what is of one stack says of which: $path", ({ path, text }) => {
  // The README speaks of the stack that is selected.
  if (!path.startsWith("docs/")) return;
  const ofStack = /\bpulumi (up|preview|destroy|refresh|config|stack (output|export)|state) /;
  const lines = blocksOf(text, "sh").flatMap((block) =>
    withoutComments(block).replaceAll("\\\n", " ").split("\n"),
  );
  const silent = lines.filter((line) => ofStack.test(line) && !/ (-s|--stack) /.test(line));
  expect(silent).toEqual([]);
});

const withoutComments = (block: string): string => block.replaceAll(/ # .*$/gm, "");
