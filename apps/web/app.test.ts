import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync, brotliDecompressSync, gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { services } from "#apps/contracts/services.ts";
import { createTestShell } from "#apps/kit/testing/app.ts";
import { createApp } from "./app.ts";
import { openAssets } from "./assets.ts";
import { pagePolicy } from "./page-policy.ts";

const script = "console.log('page')";
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "todo-evolution-page-"));
  mkdirSync(join(folder, "assets"));
  writeFileSync(join(folder, "index.html"), "<title>Page</title>");
  writeFileSync(join(folder, "sw.js"), "// worker");
  const file = join(folder, "assets/index-1a2b.js");
  writeFileSync(file, script);
  writeFileSync(`${file}.br`, brotliCompressSync(script));
  writeFileSync(`${file}.gz`, gzipSync(script));
  writeFileSync(join(folder, "assets/secret.env"), "no file of a page");
});
afterEach(() => rmSync(folder, { recursive: true }));

const app = () => createApp({ createApp: createTestShell, assets: openAssets(folder) });
const get = (path: string, headers: Record<string, string> = {}) =>
  app().request(path, { headers });

describe("the page", () => {
  const pages = services.web.publicPaths.filter((path) => !["/assets", "/sw.js"].includes(path));
  test.each([...pages, "/tasks/018f4c7e-0000-7000-8000-000000000000", "/tasks/new"])(
    "is at %s, asked for each time and under a strict policy",
    async (path) => {
      const response = await get(path, { host: "todo.example:8443" });
      expect(response.status).toBe(200);
      expect(await response.text()).toContain("<title>Page</title>");
      expect(response.headers.get("cache-control")).toBe("no-cache");
      expect(response.headers.get("x-content-type-options")).toBe("nosniff");
      expect(response.headers.get("referrer-policy")).toBe("no-referrer");
      const policy = response.headers.get("content-security-policy") ?? "";
      expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self';");
      expect(policy).toContain("connect-src 'self' ws://todo.example:8443 wss://todo.example:8443");
      expect(policy).not.toContain("unsafe");
    },
  );

  test("is not sent again to who has it", async () => {
    const etag = (await get("/")).headers.get("etag") ?? "";
    const again = await get("/", { "if-none-match": etag });
    expect(again.status).toBe(304);
    expect(await again.text()).toBe("");
  });

  test("is that of a build which took its place", async () => {
    const running = app();
    writeFileSync(join(folder, "index.html"), "<title>New</title>");
    utimesSync(join(folder, "index.html"), 1, 1);
    expect(await (await running.request("/")).text()).toContain("New");
  });

  test.each(["/api/tasks", "/other", "/assets", "/sw.js/more"])("is not at %s", async (path) => {
    expect((await get(path)).status).toBe(404);
  });
});

describe("an asset", () => {
  test("is kept for ever, and comes as small as the caller takes it", async () => {
    const path = "/assets/index-1a2b.js";
    const response = await get(path, { "accept-encoding": "gzip, br" });
    expect(response.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    expect(response.headers.get("content-type")).toBe("text/javascript; charset=utf-8");
    expect(response.headers.get("content-encoding")).toBe("br");
    expect(response.headers.get("vary")).toBe("Accept-Encoding");
    const bytes = Buffer.from(await response.arrayBuffer());
    expect(brotliDecompressSync(bytes).toString()).toBe(script);
    const zipped = await get(path, { "accept-encoding": "gzip;q=0.5, br;q=0" });
    expect(zipped.headers.get("content-encoding")).toBe("gzip");
    const plain = await get(path);
    expect(plain.headers.get("content-encoding")).toBeNull();
    expect(await plain.text()).toBe(script);
  });

  test.each([
    "/assets/none.js",
    "/assets/secret.env",
    "/assets/..%2findex.html",
    "/assets/index-1a2b.js.br",
  ])("%s is a 404 problem, and no page", async (path) => {
    const response = await get(path);
    expect(response.status).toBe(404);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
  });
});

test("a service worker is asked for each time", async () => {
  const response = await get("/sw.js");
  expect(response.headers.get("cache-control")).toBe("no-cache");
  expect(response.headers.get("content-type")).toContain("text/javascript");
});

test.each([undefined, "a b", "x; script-src *", "x\r\ny", "evil.example/path", ""])(
  "the host %j does not get into the policy",
  (host) => {
    expect(pagePolicy(host)).toContain("connect-src 'self'; img-src");
  },
);

test("a folder without a page is said at the start", () => {
  expect(() => openAssets(join(folder, "assets"))).toThrow("PAGE_FOLDER: there is no page in");
});
