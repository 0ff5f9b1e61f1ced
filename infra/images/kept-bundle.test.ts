import { spawn, spawnSync } from "node:child_process";
import {
  appendFileSync,
  cpSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { bundle } from "./bundle.ts";
import { filesOfBundle, hashOfBundle, mostKept } from "./kept-bundle.ts";
import { hashOfFiles } from "./reference.ts";
import { sightOf } from "./sight.ts";

vi.mock(import("./bundle.ts"), async (original) => {
  const module = await original();
  return { ...module, bundle: vi.fn(module.bundle) };
});
const bundled = vi.mocked(bundle);

/** A clone of one service, small and with all that can decide what an import means. */
const sources: Readonly<Record<string, string>> = {
  "package.json": JSON.stringify({ type: "module", imports: { "#apps/*": "./apps/*" } }),
  "package-lock.json": "{}",
  "tsconfig.json": JSON.stringify({ compilerOptions: { target: "ES2024" } }),
  "apps/small/main.ts":
    'import "./part.ts"; import "#apps/kit/tool.ts"; import "pack"; import "pack/deep";',
  "apps/small/part.ts": 'console.log("part");',
  "apps/small/part.test.ts": 'console.log("test");',
  "apps/small/migrations/0000_initial.sql": "select 1;",
  "apps/kit/tool.ts": 'export class Tool { kind = "tool" } console.log(new Tool().kind);',
  "apps/kit/database/migrate.ts": 'console.log("migrate");',
  "node_modules/.package-lock.json": "{}",
  "node_modules/pack/package.json": JSON.stringify({ name: "pack", main: "first.js" }),
  "node_modules/pack/first.js": 'console.log("first");',
  "node_modules/pack/second.js": 'console.log("second");',
  "node_modules/pack/deep/index.js": 'console.log("deep");',
};

let folder: string;
let clone: string;
let cache: string;

const put = (path: string, text: string): void => {
  mkdirSync(dirname(join(clone, path)), { recursive: true });
  writeFileSync(join(clone, path), text);
};
// What was changed a moment ago is bundled, and not kept.
const settle = () => sleep(50);
const hash = (of = clone): Promise<string> => hashOfBundle(sightOf(of), "small", cache);
const files = () => filesOfBundle(sightOf(clone), "small", cache);
const fresh = async (): Promise<string> => {
  const made = await bundle(clone, "small");
  bundled.mockClear();
  return hashOfFiles(made.files);
};
const kept = (): string[] => globSync("bundles/*", { cwd: cache });
const leftovers = (): string[] => globSync("temporary/*", { cwd: cache });

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "todo-evolution-kept-"));
  [clone, cache] = [join(folder, "clone"), join(folder, "cache")];
  for (const [path, text] of Object.entries(sources)) put(path, text);
  await settle();
  bundled.mockClear();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("nothing is bundled again", () => {
  beforeEach(async () => {
    await hash();
    expect(bundled).toHaveBeenCalledOnce();
    bundled.mockClear();
  });

  test("of what did not change, and it is what a new bundle has", async () => {
    const [known, read] = [await hash(), await files()];
    expect(bundled).not.toHaveBeenCalled();
    expect(known).toBe(await fresh());
    expect(hashOfFiles(read)).toBe(known);
    expect([...read.keys()].sort()).toEqual(
      ["main.mjs", "main.mjs.map", "migrate.mjs", "migrate.mjs.map"].concat(
        "migrations/small/0000_initial.sql",
      ),
    );
  });

  test("in another clone with the same sources", async () => {
    const other = join(folder, "other");
    cpSync(clone, other, { recursive: true });
    expect(await hash(other)).toBe(await hash());
    expect(bundled).not.toHaveBeenCalled();
  });

  test("after a change and back", async () => {
    appendFileSync(join(clone, "apps/small/part.ts"), "console.log(1);");
    await settle();
    await hash();
    expect(bundled).toHaveBeenCalledOnce();
    put("apps/small/part.ts", sources["apps/small/part.ts"] ?? "");
    await hash();
    expect(bundled).toHaveBeenCalledOnce();
  });

  test.each([
    ["a test", () => put("apps/small/part.test.ts", "")],
    ["a document", () => put("README.md", "more")],
    ["a time", () => utimesSync(join(clone, "apps/small/part.ts"), 1, 1)],
    ["what a tool leaves beside packages", () => put("node_modules/.cache/x", "")],
  ])("when only %s changed", async (_what, change) => {
    change();
    await hash();
    expect(bundled).not.toHaveBeenCalled();
  });
});

describe("a change is seen", () => {
  const link = (target: string): void => {
    rmSync(join(clone, "node_modules/linked"), { force: true });
    symlinkSync(target, join(clone, "node_modules/linked"));
  };

  test.each<[string, () => void]>([
    ["of a source", () => put("apps/small/part.ts", 'console.log("other");')],
    ["of a source that keeps its size and time", () => swapInPlace("apps/kit/tool.ts")],
    ["of a package's file", () => put("node_modules/pack/first.js", "console.log(1);")],
    [
      "of what a package says it is",
      () => put("node_modules/pack/package.json", '{"main":"second.js"}'),
    ],
    [
      "of how it is compiled",
      () => put("tsconfig.json", '{"compilerOptions":{"useDefineForClassFields":false}}'),
    ],
    ["a file more, which an import now means", () => put("node_modules/pack/deep.js", "")],
    ["a package nearer by", () => put("apps/small/node_modules/pack/index.js", "")],
    ["settings nearer by", () => put("apps/kit/tsconfig.json", useAssign)],
    ["a migration more", () => put("apps/small/migrations/0001_more.sql", "select 2;")],
    ["a migration less", () => rmSync(join(clone, "apps/small/migrations/0000_initial.sql"))],
    [
      "a package that is a link now",
      () => {
        renameSync(join(clone, "node_modules/pack"), join(clone, "node_modules/.pack"));
        cpSync(join(clone, "node_modules/.pack"), join(clone, "else"), { recursive: true });
        writeFileSync(join(clone, "else/first.js"), "");
        symlinkSync("../else", join(clone, "node_modules/pack"));
      },
    ],
  ])("%s", async (_what, change) => {
    const before = await hash();
    change();
    const after = await hash();
    expect(after).toBe(await fresh());
    expect(after).not.toBe(before);
  });

  test("of where a link leads", async () => {
    for (const name of ["one", "two"]) put(`${name}/index.js`, `console.log("${name}");`);
    link("../one");
    put("apps/small/part.ts", 'import "linked";');
    await settle();
    const before = await hash();
    link("../two");
    const after = await hash();
    expect(after).not.toBe(before);
    expect(after).toBe(await fresh());
  });

  test.each([
    ["what is to be installed", "package-lock.json"],
    ["what is installed", "node_modules/.package-lock.json"],
  ])("of %s, though the bundle comes out the same", async (_what, path) => {
    const before = await hash();
    put(path, '{"more":1}');
    expect(await hash()).toBe(before);
    expect(bundled).toHaveBeenCalledTimes(2);
  });

  test("a source that is gone is missed, not taken from what is kept", async () => {
    await hash();
    rmSync(join(clone, "apps/small/part.ts"));
    await expect(hash()).rejects.toThrow(/part\.ts/);
  });

  test("while it is bundled: nobody knows which state was read, so it is not kept", async () => {
    const { bundle: real } = await vi.importActual<typeof import("./bundle.ts")>("./bundle.ts");
    bundled.mockImplementationOnce(async (...args) => {
      const made = await real(...args);
      put("apps/small/part.ts", 'console.log("changed meanwhile");');
      return made;
    });
    const old = await hash();
    expect(kept()).toEqual([]);
    expect(await hash()).not.toBe(old);
  });
});

const useAssign = '{"compilerOptions":{"useDefineForClassFields":false}}';

function swapInPlace(path: string): void {
  const file = join(clone, path);
  writeFileSync(file, readFileSync(file, "utf8").replace('"tool"', '"loot"'));
  utimesSync(file, 1, 1);
}

describe("what is kept", () => {
  test.each<[string, (entry: string) => void]>([
    ["a file cut short", (entry) => truncateSync(join(entry, "app/main.mjs"), 3)],
    ["a file of other content", (entry) => writeFileSync(join(entry, "app/main.mjs"), "")],
    ["a file less", (entry) => rmSync(join(entry, "app/main.mjs"))],
    ["a file more", (entry) => writeFileSync(join(entry, "app/more.mjs"), "")],
    ["no list", (entry) => rmSync(join(entry, "bundle.json"))],
    ["a list cut short", (entry) => truncateSync(join(entry, "bundle.json"), 40)],
  ])("is not used with %s, and made anew", async (_what, damage) => {
    const known = await hash();
    const [entry = ""] = kept();
    damage(join(cache, entry));
    expect(hashOfFiles(await files())).toBe(known);
    expect(bundled).toHaveBeenCalledTimes(2);
    expect(hashOfFiles(await files())).toBe(known);
    expect(bundled).toHaveBeenCalledTimes(2);
  });

  test("does not grow without end, and what was used last stays", async () => {
    await hash();
    const [own = ""] = kept();
    utimesSync(join(cache, own), 1, 1);
    await hash();
    for (let count = 0; count < mostKept + 5; count++) {
      const path = join(cache, "bundles", `other@${count}`);
      mkdirSync(path);
      utimesSync(path, count + 1, count + 1);
    }
    appendFileSync(join(clone, "apps/small/part.ts"), "console.log(1);");
    await settle();
    await hash();
    expect(kept()).toHaveLength(mostKept);
    expect(kept()).toContain(own);
    expect(kept()).not.toContain("bundles/other@0");
  });

  test("is nothing where nothing can be written, and the bundle comes all the same", async () => {
    writeFileSync(cache, "a file where a folder should be");
    expect(await hash()).toBe(await fresh());
    expect(hashOfFiles(await files())).toBe(await fresh());
  });
});

/** Another process that bundles; `before` is done first in it. */
const elsewhere = (before = ""): readonly [string, string[]] => [
  process.execPath,
  [
    "--input-type=module",
    "--eval",
    `${before}
    const { hashOfBundle } = await import(${JSON.stringify(join(import.meta.dirname, "kept-bundle.ts"))});
    const { sightOf } = await import(${JSON.stringify(join(import.meta.dirname, "sight.ts"))});
    console.log(await hashOfBundle(sightOf(${JSON.stringify(clone)}), "small", ${JSON.stringify(cache)}));`,
  ],
];

describe("other processes", () => {
  test("that bundle at the same time come to the same, and leave one", async () => {
    const outputs = await Promise.all(
      [1, 2, 3].map(async () => {
        const child = spawn(...elsewhere(), { stdio: ["ignore", "pipe", "inherit"] });
        let output = "";
        child.stdout.on("data", (chunk) => {
          output += chunk;
        });
        expect(await new Promise((resolve) => child.on("close", resolve))).toBe(0);
        return output.trim();
      }),
    );
    const expected = await fresh();
    expect(outputs).toEqual([expected, expected, expected]);
    expect(kept()).toHaveLength(1);
    expect(readdirSync(join(cache, "temporary"))).toEqual([]);
  });

  test("that are killed while they write leave nothing that is used, and it is swept", async () => {
    const dieBeforeRename = `
      import fs from "node:fs";
      import { syncBuiltinESMExports } from "node:module";
      fs.renameSync = () => process.kill(process.pid, "SIGKILL");
      syncBuiltinESMExports();`;
    const { signal } = spawnSync(...elsewhere(dieBeforeRename));
    expect(signal).toBe("SIGKILL");
    expect(kept()).toEqual([]);
    expect(leftovers()).toHaveLength(1);
    expect(await hash()).toBe(await fresh());
    expect(kept()).toHaveLength(1);
    expect(leftovers()).toEqual([]);
  });
});
