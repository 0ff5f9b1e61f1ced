import { closeSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openLog, sizeOf, tailOf } from "./log-file.ts";

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "todo-evolution-test-"));
  file = join(folder, "web.log");
});
afterEach(() => rmSync(folder, { recursive: true }));

test("a log is appended to, with a line for every start", () => {
  closeSync(openLog(file, "web starts (1)"));
  closeSync(openLog(file, "web starts (2)"));
  expect(readFileSync(file, "utf8")).toMatch(/^--- .* web starts \(1\) ---\n--- .* \(2\) ---\n$/);
});

test("a log over 20 MB becomes the one older log", () => {
  writeFileSync(file, "old\n");
  truncateSync(file, 20 * 1024 * 1024 + 1);
  closeSync(openLog(file, "web starts"));
  expect(sizeOf(`${file}.1`)).toBeGreaterThan(20 * 1024 * 1024);
  expect(sizeOf(file)).toBeLessThan(100);
});

test("the tail is the last lines since a position, and all of a log that was rotated", () => {
  writeFileSync(file, "a\nb\nc\n");
  expect(tailOf(file, 2)).toBe("b\nc");
  expect(tailOf(file, 20, 4)).toBe("c");
  expect(tailOf(file, 20, 1000)).toBe("a\nb\nc");
  expect(tailOf(join(folder, "none"))).toBe("");
});
