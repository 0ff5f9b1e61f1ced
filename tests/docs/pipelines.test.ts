import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { eventsOf } from "../workflows/rules.ts";
import { root } from "./documents.ts";

const guide = readFileSync(join(root, "docs/pipelines.md"), "utf8");
const folder = join(root, ".github/workflows");
const workflows = readdirSync(folder).map((file) => ({
  name: file.replace(".yml", ""),
  text: readFileSync(join(folder, file), "utf8"),
}));

test("every setting that a workflow reads is told, and no other", () => {
  const read = workflows.flatMap(({ text }) =>
    [...text.matchAll(/\b(?:vars|secrets)\.([A-Z_]+)/g)].map(([, name]) => name),
  );
  const told = [...guide.matchAll(/`([A-Z_]{4,})(?:=\w+)?`/g)].map(([, name]) => name);
  expect([...new Set(told)].sort()).toEqual([...new Set(read)].sort());
});

test("every workflow that starts by itself is told", () => {
  const started = workflows.filter(({ text }) =>
    eventsOf(parse(text)).some((event) => event !== "workflow_call"),
  );
  const told = [...guide.matchAll(/^\| `([\w-]+)` \| (?:every|push|a pull)/gm)].map(
    ([, name]) => name,
  );
  expect(told.sort()).toEqual(started.map(({ name }) => name).sort());
});
