import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { checkEntry, commitEntry, sweep, withTemporaryFolder } from "./cache.ts";
import { cacheRoot, isReachableByOthers } from "./cache-root.ts";

let root: string;
let entry: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "cache-"));
  entry = join(root, "tool-1.0.0-abc");
  const made = join(root, "made");
  mkdirSync(join(made, "bin"), { recursive: true, mode: 0o700 });
  writeFileSync(join(made, "bin", "tool"), "program", { mode: 0o700 });
  symlinkSync("tool", join(made, "bin", "alias"));
  commitEntry(made, entry, { program: "tool", version: "1.0.0" });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

test("an entry is valid as it was written, and open to every user", () => {
  expect(checkEntry(entry, { verify: true })).toEqual({ state: "valid" });
  expect(statSync(join(entry, "bin", "tool")).mode & 0o777).toBe(0o755);
  expect(statSync(join(entry, "bin")).mode & 0o777).toBe(0o755);
});

test("an entry that was never made is absent, not corrupt", () => {
  expect(checkEntry(join(root, "other"))).toEqual({ state: "absent" });
});

test.each([
  ["a file was cut short", () => truncateSync(join(entry, "bin", "tool"), 3), "3 bytes instead"],
  ["a file was removed", () => rmSync(join(entry, "bin", "tool")), "bin/tool is missing"],
  ["the manifest was cut short", () => truncateSync(join(entry, "entry.json"), 9), "unreadable"],
  ["the manifest was removed", () => rmSync(join(entry, "entry.json")), "unreadable"],
])("an entry is corrupt when %s", (_, damage, reason) => {
  damage();
  expect(checkEntry(entry)).toMatchObject({
    state: "corrupt",
    reason: expect.stringContaining(reason),
  });
});

test("content of the same size is compared only when asked", () => {
  writeFileSync(join(entry, "bin", "tool"), "PROGRAM");
  expect(checkEntry(entry)).toEqual({ state: "valid" });
  expect(checkEntry(entry, { verify: true })).toMatchObject({ state: "corrupt" });
});

test("a temporary folder is gone after a failure", async () => {
  const failing = withTemporaryFolder(root, "tool", async (folder) => {
    appendFileSync(join(folder, "junk"), "junk");
    throw new Error("stopped");
  });
  await expect(failing).rejects.toThrow("stopped");
  expect(readdirSync(join(root, "temporary"))).toEqual([]);
});

test("temporary folders of dead processes are swept, those of the living stay", async () => {
  const dead = join(root, "temporary", "1-1-00000000-tool");
  mkdirSync(dead, { recursive: true });
  await withTemporaryFolder(root, "tool", async (folder) => {
    sweep(root);
    expect(existsSync(dead)).toBe(false);
    expect(existsSync(folder)).toBe(true);
  });
});

test("the cache of root moves out of a home that others cannot enter", () => {
  const home = join(root, "home");
  mkdirSync(home, { mode: 0o700 });
  expect(cacheRoot({ HOME: home }, 0)).toBe("/var/cache/todo-evolution");
  expect(cacheRoot({ HOME: home }, 1000)).toBe(join(home, ".cache", "todo-evolution"));
  expect(cacheRoot({ HOME: home, XDG_CACHE_HOME: "/x" }, 1000)).toBe("/x/todo-evolution");
  expect(cacheRoot({ HOME: home, TODO_EVOLUTION_CACHE: "/y" }, 0)).toBe("/y");
  expect(isReachableByOthers(join(home, "deeper"))).toBe(false);
});
