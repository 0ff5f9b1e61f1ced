import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { BuildJob } from "./build-job.ts";
import { makeFolder } from "./cache.ts";
import type { GoRecipe } from "./pinned.ts";
import { executablesOnPath, type Setting } from "./probe.ts";
import { toolchainFolder } from "./recipe-hash.ts";
import { run } from "./run.ts";
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
  const args = [
    "build",
    "-trimpath",
    "-buildvcs=false", // the clone's own commit is not the program's
    ...(recipe.tags === undefined ? [] : ["-tags", recipe.tags]),
    "-ldflags",
    `-s -w${version ?? ""}`,
    "-o",
    join(job.entry, "bin", several ? "/" : job.name),
    ...[recipe.package].flat(),
  ];
  await run("go", args, {
    ...job,
    folder,
    environment: {
      ...job.setting.environment,
      CGO_ENABLED: "0",
      GOFLAGS: "-mod=readonly",
      GOTMPDIR: temporary,
      GOWORK: "off",
      GOOS: "linux",
      GOARCH: process.arch === "arm64" ? "arm64" : "amd64",
      GOTOOLCHAIN: toolchainFor(join(folder, "go.mod"), job.setting.environment),
    },
  });
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
