import { spawnSync } from "node:child_process";
import { accessSync, constants, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { makeFolder } from "./cache.ts";

/** Where to look: the environment (PATH, JAVA_HOME, KAFKA_HOME) and the cache folder. */
export type Setting = {
  readonly environment: NodeJS.ProcessEnv;
  readonly cacheRoot: string;
};

/** Every executable file of this name on PATH, in its order. */
export function executablesOnPath(name: string, environment: NodeJS.ProcessEnv): string[] {
  return (environment.PATH ?? "")
    .split(delimiter)
    .filter((folder) => folder !== "")
    .map((folder) => resolve(folder, name))
    .filter(isExecutable);
}

/** Whether there is a file that this user may run. */
export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false; // absent, or not ours to run: both mean no
  }
}

/**
 * What a program prints about its version, remembered in the cache folder by path, size and time
 * of change, so that a warm start runs none of them.
 * @returns the output of both streams, empty when the program fails
 */
export function versionOutput(path: string, argument: string, setting: Setting): string {
  const found = statSync(path);
  const key = `${path} ${argument} ${found.size} ${found.mtimeMs}`;
  const known = readAnswers(setting.cacheRoot)[key];
  if (known !== undefined) return known;
  const answer = spawnSync(path, [argument], {
    encoding: "utf8",
    timeout: 20_000,
    env: { ...setting.environment, PULUMI_SKIP_UPDATE_CHECK: "true" },
  });
  const output = answer.status === 0 ? `${answer.stdout}${answer.stderr}`.trim() : "";
  remember(setting.cacheRoot, key, output);
  return output;
}

function readAnswers(root: string): Record<string, string> {
  try {
    return JSON.parse(readFileSync(join(root, "probes.json"), "utf8")) as Record<string, string>;
  } catch {
    return {}; // none yet, or damaged: the programs are asked again
  }
}

function remember(root: string, key: string, output: string): void {
  const file = join(root, "probes.json");
  const temporary = `${file}.${process.pid}`;
  makeFolder(root);
  writeFileSync(temporary, JSON.stringify({ ...readAnswers(root), [key]: output }, null, 1));
  renameSync(temporary, file);
}
