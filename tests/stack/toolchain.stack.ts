import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { delimiter, join } from "node:path";
import { expect, type TestContext, test } from "vitest";
import { cacheRoot } from "#toolchain/cache-root.ts";
import { locate } from "#toolchain/find.ts";
import { npm, npmDone, rootFolder, tell, theClone } from "./clone.ts";
import { shellEnvironment } from "./command.ts";
import { markedProcesses } from "./processes.ts";

test("without a JDK npm start names it and the remedy, in words for people", async () => {
  const env = { PATH: pathWithoutJava(), JAVA_HOME: undefined };
  const before = markedProcesses(theClone).length;
  const { code, output } = await npm(theClone, "start", [], { env });
  expect(code).toBe(1);
  expect(output).toContain("need a JDK, version 17 or newer");
  expect(output).toMatch(/apt-get install .*JAVA_HOME/);
  expect(output, "a stack trace").not.toMatch(/^\s+at /m);
  expect(markedProcesses(theClone).length).toBe(before);
});

test("a damaged entry of the toolchain's cache is told in one line and made anew", async (context) => {
  const { copy, path, name } = damagedCache(context);
  const sizeBefore = statSync(path.replace(copy, cacheRoot())).size;
  const env = { TODO_EVOLUTION_CACHE: copy };
  const { code, output, tookMs } = await npm(theClone, "pulumi", ["version"], { env });
  expect(code, output).toBe(0);
  const told = output.split("\n").filter((line) => line.includes("damaged"));
  expect(told).toEqual([
    expect.stringMatching(
      new RegExp(`${name} \\S+ +its cache entry is damaged \\(.+\\): making it`),
    ),
  ]);
  tell(`${name} made anew`, tookMs);
  expect(statSync(path).size).toBe(sizeBefore);
  const again = await npm(theClone, "pulumi", ["version"], { env });
  expect(again.output).toMatch(new RegExp(`${name} \\S+ +cached`));
  expect(statSync(path.replace(copy, cacheRoot())).size, "the real cache").toBe(sizeBefore);
});

/** A folder with a link to everything on PATH but Java. */
function pathWithoutJava(): string {
  const folder = join(rootFolder, "without-java");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  for (const from of (shellEnvironment().PATH ?? "").split(delimiter)) {
    if (!existsSync(from)) continue;
    for (const name of readdirSync(from)) {
      const link = join(folder, name);
      if (name !== "java" && !existsSync(link)) symlinkSync(join(from, name), link);
    }
  }
  return folder;
}

/** A copy of the cache in which one executable is spoilt. */
function damagedCache(context: TestContext) {
  const environment = shellEnvironment();
  const found = (["redis-server", "kafka", "postgres"] as const)
    .map((name) => locate(name, { environment, cacheRoot: cacheRoot() }))
    .find((located) => located.state === "found" && located.program.from === "cache");
  if (found?.state !== "found") return context.skip("all of it is on PATH, nothing in the cache");
  const copy = join(rootFolder, "cache");
  try {
    execFileSync("cp", ["-al", cacheRoot(), copy], { stdio: "ignore" });
  } catch {
    rmSync(copy, { recursive: true, force: true });
    execFileSync("cp", ["-a", cacheRoot(), copy]); // on another disk
  }
  const { name } = found.program;
  const path = found.program.path.replace(cacheRoot(), copy);
  // A copy by links shares its content with the real one: replaced, not written into.
  rmSync(path, { recursive: true });
  writeFileSync(path, "damaged");
  return { copy, path, name };
}
