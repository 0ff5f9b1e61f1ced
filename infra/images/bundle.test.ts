import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { appIds, contractOf } from "#apps/contracts/services.ts";
import { bundle, type ImageFiles, imageNames, writeBelow } from "./bundle.ts";
import { tagOfContent } from "./content.ts";
import { filesOfBundle } from "./kept-bundle.ts";
import { hashOfFiles } from "./reference.ts";
import { sightOf } from "./sight.ts";

// Bundling all of them takes seconds, and more on a machine that does other things as well.
vi.setConfig({ testTimeout: 120_000 });

const clone = join(import.meta.dirname, "..", "..");
const base = { reference: "base.example/node:24" };
const text = (files: ImageFiles, path: string): string =>
  Buffer.from(files.get(path) ?? []).toString("utf8");

let folder: string;
const bundles = new Map<string, ImageFiles>();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "todo-evolution-bundles-"));
  for (const name of imageNames(clone)) {
    const files = await filesOfBundle(sightOf(clone), name);
    bundles.set(name, files);
    writeBelow(join(folder, name), files);
  }
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const filesOf = (name: string): ImageFiles => bundles.get(name) ?? new Map();
/** What the entries share, or load when they first use it. */
const partsOf = (name: string): string[] =>
  [...filesOf(name).keys()].filter((path) => /^(?!(main|migrate)\.)[^/]+\.mjs$/.test(path));
const start = (name: string, ...args: string[]) =>
  spawnSync(process.execPath, ["--enable-source-maps", ...args], {
    cwd: join(folder, name),
    encoding: "utf8",
    env: {},
  });

test("what is kept of a bundle is what a new one has, byte for byte", async () => {
  const { files } = await bundle(clone, "audit");
  expect(hashOfFiles(files)).toBe(hashOfFiles(filesOf("audit")));
});

test("every service of the map has an image", () => {
  expect(imageNames(clone)).toEqual(expect.arrayContaining(appIds));
});

const missing = /Cannot find|ERR_MODULE_NOT_FOUND|Dynamic require|SyntaxError/;

test.each(imageNames(clone))("the bundle of %s finds all it asks for when it starts", (name) => {
  const { status, stderr } = start(name, "main.mjs");
  expect(stderr).not.toMatch(missing);
  expect(status).not.toBe(0); // it was told nothing
});

test.each(imageNames(clone))("the bundle of %s finds all it asks for later", (name) => {
  for (const part of partsOf(name)) {
    const { status, stderr } = start(name, "--eval", `await import("./${part}")`);
    expect(stderr).not.toMatch(missing);
    expect(status, stderr).toBe(0);
  }
});

test("what is loaded at the first use is not read when a service starts", () => {
  const inMain = text(filesOf("audit"), "main.mjs");
  expect(inMain).not.toContain("// node_modules/@dapr/dapr/");
  const later = partsOf("audit").filter((part) =>
    text(filesOf("audit"), part).includes("// node_modules/@dapr/dapr/"),
  );
  expect(later).toHaveLength(1);
  expect(inMain).toContain(`import("./${later[0]}")`);
});

describe.each(appIds)("the bundle of %s", (appId) => {
  test("holds what runs, and nothing of what builds and tests it", () => {
    const paths = [...filesOf(appId).keys()];
    expect(paths).toContain("main.mjs");
    for (const path of paths) {
      expect(path).toMatch(
        /^(main|migrate|[\w-]+-[0-9A-Z]{8})\.mjs(\.map)?$|^migrations\/.*(\.sql|_journal\.json)$|^page\/[^.]+\.\w+(\.br|\.gz)?$/,
      );
    }
    const code = ["main.mjs", ...partsOf(appId)].map((path) => text(filesOf(appId), path));
    const files = code.join("\n").matchAll(/^(?:\/\/ |\s+")(\S+\.[cm]?[jt]s)\b/gm);
    const sources = [...files].map(([, file]) => file ?? "");
    expect(sources).toContain(`apps/${appId}/main.ts`);
    const foreign =
      /@pulumi|vitest|pglite|drizzle-kit|\/testing\/|^(infra|components|stacks|tests)\//;
    expect(sources.filter((source) => foreign.test(source))).toEqual([]);
    const others = imageNames(clone).filter((name) => name !== appId);
    expect(sources.filter((one) => others.some((name) => one.startsWith(`apps/${name}/`)))).toEqual(
      [],
    );
  });

  test("says which variables are missing, and ends as misconfigured", () => {
    const { status, stderr } = start(appId, "main.mjs");
    for (const name of ["PORT", ...contractOf(appId).env]) expect(stderr).toContain(`${name}:`);
    expect(status).toBe(78); // EX_CONFIG of sysexits.h
  });

  test.runIf(contractOf(appId).database)("brings its own migrations, and no others", () => {
    expect(start(appId, "migrate.mjs", appId).stderr).toContain("DATABASE_URL is not set");
    expect(start(appId, "migrate.mjs", "another").stderr).toContain("no migrations for");
  });

  test("knows the lines of our sources, and carries no map of packages", () => {
    const map = JSON.parse(text(filesOf(appId), "main.mjs.map"));
    expect(map.sources).toContain(`../apps/${appId}/main.ts`);
    expect(map.sources.filter((source: string) => source.includes("node_modules"))).toEqual([]);
    expect(map.sourcesContent).toBeUndefined();
  });
});

test("a trace of an error names the file and line it was written in", () => {
  const [appId = ""] = appIds;
  const file = join(folder, appId, "failing.mjs");
  const failing = text(filesOf(appId), "main.mjs").replace(
    /process\.exit\(78\);/,
    'throw new Error("shown");',
  );
  writeFileSync(file, failing);
  const { stderr } = start(appId, "failing.mjs");
  const line = readFileSync(join(clone, "apps/kit/http/env.ts"), "utf8")
    .split("\n")
    .findIndex((one) => one.includes("process.exit(78)"));
  expect(stderr).toContain(`apps/kit/http/env.ts:${line + 1}`);
});

describe("the tag of an image", () => {
  let copy: string;
  beforeAll(() => {
    copy = join(folder, "clone");
    cpSync(join(clone, "apps"), join(copy, "apps"), { recursive: true });
    for (const file of ["package.json", "tsconfig.json"])
      cpSync(join(clone, file), join(copy, file));
    symlinkSync(join(clone, "node_modules"), join(copy, "node_modules"));
  });

  const tags = async (reference = base.reference): Promise<Record<string, string>> => {
    // What was changed a moment ago is bundled, and not kept.
    await sleep(50);
    const sight = sightOf(copy);
    const pairs = appIds.map(async (name) => [
      name,
      await tagOfContent(sight, name, { reference }, join(folder, "cache")),
    ]);
    return Object.fromEntries(await Promise.all(pairs));
  };
  const append = (path: string, addition: string): void => {
    const file = join(copy, path);
    writeFileSync(file, addition, { flag: "a" });
  };
  const changed = (before: Record<string, string>, after: Record<string, string>): string[] =>
    appIds.filter((appId) => before[appId] !== after[appId]);

  let before: Record<string, string>;

  test("stays when nothing changes, and differs from service to service", async () => {
    before = await tags();
    append("apps/audit/app.test.ts", "\n");
    append("README.md", "more");
    expect(await tags()).toEqual(before);
    expect(new Set(Object.values(before)).size).toBe(appIds.length);
  });

  // One after the other in one clone, as bundling takes its time.
  test.each([
    ["a source of one service", "apps/audit/main.ts", 'console.log("more");\n', ["audit"]],
    ["a migration of one service", "apps/audit/migrations/0000_initial.sql", "\n", ["audit"]],
    ["a file of the kit", "apps/kit/http/serve.ts", 'console.log("more");\n', appIds],
    ["the recipe", "apps/Dockerfile", "\n", appIds],
  ])("changes with %s, of those it is in", async (_what, path, addition, expected) => {
    append(path, addition);
    const after = await tags();
    expect(changed(before, after)).toEqual([...expected]);
    before = after;
  });

  test("changes with the base, of all", async () => {
    expect(changed(before, await tags("base.example/node:25"))).toEqual(appIds);
  });
});
