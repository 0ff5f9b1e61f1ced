import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Pinned, Recipe } from "./pinned.ts";

/** The folder of the recipes: this one. */
export const toolchainFolder = import.meta.dirname;

/** The name of a program's cache entry: clones with other pins, sums or flags get another. */
export function entryName(name: string, pinned: Pinned, folder = toolchainFolder): string {
  const hash = createHash("sha256");
  hash.update(JSON.stringify([pinned, process.platform, process.arch]));
  for (const file of inputs(pinned.recipe)) {
    hash.update(`\0${file}\0`).update(readFileSync(join(folder, pinned.recipe.folder, file)));
  }
  return `${name}-${pinned.version}-${hash.digest("hex").slice(0, 12)}`;
}

function inputs(recipe: Recipe): readonly string[] {
  switch (recipe.kind) {
    case "go":
      return ["go.mod", "go.sum", ...(recipe.sources ?? [])];
    case "maven":
      return ["pom.xml"];
    case "npm":
      return ["package.json", "package-lock.json"];
  }
}
