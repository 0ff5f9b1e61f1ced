import { chmodSync, realpathSync, renameSync } from "node:fs";
import { dirname, join } from "node:path";
import type { BuildJob } from "./build-job.ts";
import { makeFolder } from "./cache.ts";
import { javaRemedy } from "./find.ts";
import { onPath } from "./on-path.ts";
import type { MavenRecipe } from "./pinned.ts";
import { executablesOnPath, type Setting } from "./probe.ts";
import { toolchainFolder } from "./recipe-hash.ts";
import { run } from "./run.ts";

/** Says what keeps Maven artifacts from being fetched. */
export function checkMaven(setting: Setting): string | undefined {
  if (onPath("java", setting) === undefined) return javaRemedy;
  if (executablesOnPath("mvn", setting.environment).length > 0) return undefined;
  return "no Maven (`mvn`) on PATH: install it (Debian, Ubuntu: `apt-get install maven`; Fedora: `dnf install maven`).";
}

/** Copies or unpacks the artifacts of a pom.xml. The local repository makes it go on. */
export async function buildMaven(job: BuildJob): Promise<void> {
  const recipe = job.pinned.recipe as MavenRecipe;
  const output = recipe.keep === undefined ? job.entry : join(job.scratch, "unpacked");
  const args = [
    "--batch-mode",
    "--quiet",
    "--no-transfer-progress",
    "--strict-checksums",
    `--file=${join(toolchainFolder, recipe.folder, "pom.xml")}`,
    `-Doutput=${output}`,
    `dependency:${recipe.goal}`,
  ];
  // Scratch as working folder: Maven would read the settings of a `.mvn` folder above it.
  await run("mvn", args, {
    ...job,
    folder: job.scratch,
    environment: { ...job.setting.environment, ...javaHome(job.setting) },
  });
  if (recipe.keep === undefined) return;
  const kept = join(job.entry, recipe.keep.to);
  makeFolder(dirname(kept));
  renameSync(join(output, recipe.keep.from), kept);
  chmodSync(kept, 0o755);
}

/** Gives Maven the Java that was found fit, which need not be the one in JAVA_HOME. */
function javaHome(setting: Setting): { JAVA_HOME?: string } {
  const java = onPath("java", setting);
  const home = java && dirname(dirname(realpathSync(java.path)));
  return home && setting.environment.JAVA_HOME ? { JAVA_HOME: home } : {};
}
