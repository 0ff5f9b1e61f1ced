import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";

/** Every workflow of a clone, as paths. */
export const workflowFiles = (clone: string): string[] => {
  const folder = join(clone, ".github", "workflows");
  return readdirSync(folder)
    .filter((file) => /\.ya?ml$/.test(file))
    .sort()
    .map((file) => join(folder, file));
};

/** Runs actionlint on all workflows of a clone, or on these files; `output` is what it finds. */
export function actionlint(
  program: string,
  clone: string,
  files: readonly string[] = workflowFiles(clone),
): { readonly code: number; readonly output: string } {
  // Files are named, as it looks for a repository otherwise, which a source archive is not.
  const ran = spawnSync(program, ["-no-color", ...files], { cwd: clone, encoding: "utf8" });
  if (ran.error) throw ran.error;
  return { code: ran.status ?? 1, output: `${ran.stdout}${ran.stderr}`.trim() };
}

export const tellActionlint = (clone: string): string =>
  `${workflowFiles(clone).length} workflows passed`;
