import { copyFileSync, existsSync, readFileSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import type { BuildJob } from "./build-job.ts";
import type { NpmRecipe } from "./pinned.ts";
import { executablesOnPath, type Setting } from "./probe.ts";
import { toolchainFolder } from "./recipe-hash.ts";
import { run } from "./run.ts";

/** Says what keeps npm packages from being fetched. */
export function checkNpm({ environment }: Setting): string | undefined {
  if (executablesOnPath("npm", environment).length > 0) return undefined;
  return "no npm on PATH: it comes with Node.js; some distributions have a package `npm`.";
}

/** Installs by a lock file, without any package's scripts, and takes one folder of it. */
export async function buildNpm(job: BuildJob): Promise<void> {
  const recipe = job.pinned.recipe as NpmRecipe;
  for (const file of ["package.json", "package-lock.json"]) {
    copyFileSync(join(toolchainFolder, recipe.folder, file), join(job.scratch, file));
  }
  // Binaries of other platforms are optional dependencies too: an `omit` of the user's would
  // leave out ours with them.
  const args = ["ci", "--ignore-scripts", "--include=optional", "--no-audit", "--no-fund"];
  const { npm_config_local_prefix: _ofTheClone, ...environment } = job.setting.environment;
  await run("npm", [...args, "--loglevel=error"], { ...job, folder: job.scratch, environment });
  const source = join(job.scratch, "node_modules", recipe.package, recipe.take);
  rmSync(job.entry, { recursive: true });
  renameSync(source, job.entry);
  restoreLinks(job.entry, recipe.take);
}

type Link = { readonly source: string; readonly target: string };

/** npm archives hold no symbolic links; this package lists its own for an install script. */
function restoreLinks(entry: string, prefix: string): void {
  const list = join(entry, "pg-symlinks.json");
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(readFileSync(list, "utf8")) as Link[]) {
    const link = join(entry, relative(prefix, target));
    rmSync(link, { force: true });
    symlinkSync(relative(dirname(target), source), link);
  }
}
