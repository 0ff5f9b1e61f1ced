import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { GoRecipe } from "./pinned.ts";
import { catalog } from "./programs.ts";
import { entryName, toolchainFolder } from "./recipe-hash.ts";

const daprd = catalog.daprd;
const recipe: GoRecipe = daprd.recipe;
const replaced = recipe.replaced ?? [];
const modules = replaced.map(({ module }) => module);

let copy: string;
beforeEach(() => {
  copy = mkdtempSync(join(tmpdir(), "recipes-"));
  cpSync(join(toolchainFolder, recipe.folder), join(copy, recipe.folder), { recursive: true });
});
afterEach(() => rmSync(copy, { recursive: true, force: true }));

test("a sidecar is built of modules that it requires, each copied once for one file of ours", () => {
  expect(modules).toEqual(["github.com/dapr/dapr", "github.com/dapr/components-contrib"]);
  const goMod = readFileSync(join(toolchainFolder, recipe.folder, "go.mod"), "utf8");
  for (const module of modules) expect(goMod).toMatch(new RegExp(`\\s${module} v`));
});

test.each(replaced)("another text of $by makes another sidecar", ({ by, file }) => {
  const before = entryName("daprd", daprd, copy);
  expect(before).toBe(entryName("daprd", daprd));
  const path = join(copy, recipe.folder, by);
  expect(existsSync(path)).toBe(true);
  // Which file it is for stands in its first line, so that whoever updates Dapr finds it.
  expect(readFileSync(path, "utf8").split("\n", 1)[0]).toContain(file);
  writeFileSync(path, "package other");
  expect(entryName("daprd", daprd, copy)).not.toBe(before);
});
