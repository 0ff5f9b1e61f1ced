import { spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { BuildJob } from "./build-job.ts";
import { makeFolder } from "./cache.ts";
import type { GoRecipe, Replaced } from "./pinned.ts";
import { executablesOnPath, type Setting } from "./probe.ts";
import { toolchainFolder } from "./recipe-hash.ts";
import { run } from "./run.ts";
import { ToolchainError } from "./toolchain-error.ts";
import { atLeast, parseVersion } from "./versions.ts";

/** From 1.21 on, Go can fetch the newer release that a go.mod asks for. */
const oldest = "1.21";

const remedy =
  "install Go 1.24 or newer (from go.dev, or your distribution's package) and put it on PATH.";

/** Says what keeps Go programs from being built. */
export function checkGo({ environment }: Setting): string | undefined {
  if (executablesOnPath("go", environment).length === 0) return `no Go on PATH: ${remedy}`;
  const version = localVersion(environment);
  if (version === undefined) return `\`go env GOVERSION\` fails: ${remedy}`;
  return atLeast(version, oldest) ? undefined : `Go ${version} is too old: ${remedy}`;
}

/** Builds packages of a pinned module. Go's own caches make an interrupted build go on. */
export async function buildGo(job: BuildJob): Promise<void> {
  const recipe = job.pinned.recipe as GoRecipe;
  const folder = join(toolchainFolder, recipe.folder);
  const temporary = join(job.scratch, "go");
  makeFolder(temporary);
  makeFolder(join(job.entry, "bin"));
  const several = typeof recipe.package !== "string";
  const { versionVariable, versionPrefix = "" } = recipe;
  const version = versionVariable && ` -X ${versionVariable}=${versionPrefix}${job.pinned.version}`;
  const environment = {
    ...job.setting.environment,
    CGO_ENABLED: "0",
    GOFLAGS: "-mod=readonly",
    GOTMPDIR: temporary,
    GOWORK: "off",
    GOOS: "linux",
    GOARCH: process.arch === "arm64" ? "arm64" : "amd64",
    GOTOOLCHAIN: toolchainFor(join(folder, "go.mod"), job.setting.environment),
  };
  const goMod = recipe.replaced && withReplaced(folder, recipe.replaced, job.scratch, environment);
  const args = [
    "build",
    ...(goMod ? [`-modfile=${goMod}`] : []),
    "-trimpath",
    "-buildvcs=false", // the clone's own commit is not the program's
    ...(recipe.tags === undefined ? [] : ["-tags", recipe.tags]),
    "-ldflags",
    `-s -w${version ?? ""}`,
    "-o",
    join(job.entry, "bin", several ? "/" : job.name),
    ...[recipe.package].flat(),
  ];
  await run("go", args, { ...job, folder, environment });
}

/** A go.mod that builds copies of modules in which a file of ours stands in for one of theirs. */
function withReplaced(
  folder: string,
  replaced: readonly Replaced[],
  scratch: string,
  environment: NodeJS.ProcessEnv,
): string {
  const copies = replaced.map(({ module, file, by }) => {
    const copy = join(scratch, "modules", module);
    copyWritable(sourceOf(module, folder, environment), copy);
    // A module that has moved the file would be built as it is, without a word.
    if (!existsSync(join(copy, file))) throw new ToolchainError(`${module} has no ${file}`);
    copyFileSync(join(folder, by), join(copy, file));
    return `replace ${module} => ${copy}\n`;
  });
  const goMod = join(scratch, "go.mod");
  const asItIs = readFileSync(join(folder, "go.mod"), "utf8");
  writeFileSync(goMod, [asItIs, ...copies].join("\n"));
  copyFileSync(join(folder, "go.sum"), join(scratch, "go.sum"));
  return goMod;
}

/** Where Go keeps the sources of a module; fetched where they are not yet there. */
function sourceOf(module: string, folder: string, env: NodeJS.ProcessEnv): string {
  const options = { cwd: folder, encoding: "utf8", env } as const;
  const answer = spawnSync("go", ["mod", "download", "-json", module], options);
  if (answer.status !== 0) {
    throw new ToolchainError(`${module} cannot be had:\n${answer.stdout}${answer.stderr}`);
  }
  return (JSON.parse(answer.stdout) as { Dir: string }).Dir;
}

/** Copies a folder of Go's cache, where nothing may be written, to where it may. */
function copyWritable(from: string, to: string): void {
  makeFolder(to);
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) copyWritable(source, target);
    else {
      copyFileSync(source, target);
      chmodSync(target, 0o644);
    }
  }
}

/** The local Go when it is new enough for a go.mod, else leave for Go to fetch one that is. */
export function toolchainFor(goMod: string, environment: NodeJS.ProcessEnv): "local" | "auto" {
  const wanted = parseVersion(/^go (.*)$/m.exec(readFileSync(goMod, "utf8"))?.[1] ?? "");
  const local = localVersion(environment);
  return wanted && local && atLeast(local, wanted) ? "local" : "auto";
}

function localVersion(environment: NodeJS.ProcessEnv): string | undefined {
  const answer = spawnSync("go", ["env", "GOVERSION"], {
    cwd: "/", // outside of any module, whose go.mod would have a say
    encoding: "utf8",
    env: { ...environment, GOTOOLCHAIN: "local" },
  });
  return answer.status === 0 ? parseVersion(answer.stdout) : undefined;
}
