import { globSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { buildPage, hasPage, pageFolderOf, pageSources } from "./build-page.ts";

// A build takes some seconds, and more on a machine that does other things as well.
vi.setConfig({ testTimeout: 120_000 });

const clone = join(import.meta.dirname, "..", "..");
let folder: string;

beforeAll(async () => {
  folder = await buildPage(clone, "web");
}, 120_000);

const read = (path: string): string => readFileSync(join(folder, path), "utf8");
const scriptsOfFirstLoad = (): string[] =>
  [...read("index.html").matchAll(/(?:src|href)="\/(assets\/[^"]+\.js)"/g)].map(
    ([, path]) => path ?? "",
  );

describe("the page of web", () => {
  test("has less script to load than 110 KB, compressed", () => {
    const scripts = scriptsOfFirstLoad();
    expect(scripts.length).toBeGreaterThan(0);
    const bytes = scripts.map((path) => statSync(join(folder, `${path}.br`)).size);
    const total = bytes.reduce((sum, one) => sum + one, 0);
    expect(total).toBeLessThan(110_000);
    expect(total).toBeGreaterThan(30_000);
  });

  test("has nothing in its text that its policy would refuse", () => {
    const html = read("index.html");
    expect(html).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|https?:\/\//i);
  });

  test("leaves behind what is of services: schemas, Node, and where it was built", () => {
    const script = scriptsOfFirstLoad().map(read).join("");
    const foreign = /ZodError|node:fs|process\.env\b|jsxDEV/.exec(script)?.[0];
    expect(foreign).toBeUndefined();
    expect(script.includes(clone)).toBe(false);
  });

  test("has each text compressed, to the same", () => {
    const files = globSync("**/*.{html,js,css,svg}", { cwd: folder });
    expect(files.length).toBeGreaterThan(4);
    for (const file of files) {
      const bytes = (more: string) => readFileSync(join(folder, file + more));
      expect(brotliDecompressSync(bytes(".br")).toString()).toBe(read(file));
      expect(gunzipSync(bytes(".gz")).toString()).toBe(read(file));
    }
  });

  test("tells its service worker what belongs to it", () => {
    const worker = read("sw.js");
    for (const path of scriptsOfFirstLoad()) expect(worker).toContain(`/${path}`);
    expect(worker).not.toContain("%");
  });

  test("has names by what is in its assets", () => {
    for (const file of globSync("assets/*", { cwd: folder })) {
      expect(file).toMatch(/^assets\/[\w-]+-[\w-]{8}\.\w+(\.br|\.gz)?$/);
    }
  });

  test("is not built again of the same source", async () => {
    const before = statSync(join(folder, "index.html")).mtimeMs;
    expect(await buildPage(clone, "web")).toBe(folder);
    expect(statSync(join(folder, "index.html")).mtimeMs).toBe(before);
  });
});

test("the source of a page is its folder and the contracts, without tests", () => {
  const files = Object.keys(pageSources(clone, "web"));
  expect(files).toContain("apps/web/page/main.tsx");
  expect(files).toContain("apps/contracts/sync-protocol.ts");
  expect(files.filter((file) => /\.test\.|backend/.test(file))).toEqual([]);
  expect(pageFolderOf(clone, "web")).toBe(folder);
});

test("a service without a page has none", () => {
  expect(hasPage(clone, "web")).toBe(true);
  expect(hasPage(clone, "backend")).toBe(false);
});
