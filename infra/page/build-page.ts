import { createHash } from "node:crypto";
import {
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { brotliCompressSync, gzipSync, constants as zlib } from "node:zlib";
import { rolldownOptionsOf } from "./bundling.ts";

/** The source of a service's page, below the clone. */
const sourceOf = (appId: string): string => `apps/${appId}/page`;

/** Whether a service has a page of its own: a folder `page` with an index.html. */
export const hasPage = (clone: string, appId: string): boolean =>
  existsSync(join(clone, sourceOf(appId), "index.html"));

/** All that a page is made of, each file with a short hash of its content. */
export function pageSources(clone: string, appId: string): Record<string, string> {
  const files = [`${sourceOf(appId)}/**/*.*`, "apps/contracts/*.ts", "infra/page/*.ts"]
    .flatMap((pattern) => globSync(pattern, { cwd: clone }))
    .filter((file) => !file.endsWith(".test.ts") && !file.endsWith("tsconfig.json"))
    .concat(existsSync(join(clone, "package-lock.json")) ? "package-lock.json" : [])
    .sort();
  return Object.fromEntries(
    files.map((file) => [file, hashOf(readFileSync(join(clone, file))).slice(0, 12)]),
  );
}

/** Where a page that is built of these sources lies: a folder for each content, which git ignores. */
export function pageFolderOf(clone: string, appId: string): string {
  const hash = hashOf(JSON.stringify(pageSources(clone, appId))).slice(0, 16);
  return join(clone, ".local", "page", `${appId}-${hash}`);
}

/**
 * Builds the page of a service, unless it is there already, and gives its folder: an index.html,
 * assets whose names have their hashes, and beside each text its brotli and gzip.
 */
export async function buildPage(clone: string, appId: string): Promise<string> {
  const folder = pageFolderOf(clone, appId);
  if (existsSync(folder)) return folder;
  mkdirSync(dirname(folder), { recursive: true });
  const temporary = mkdtempSync(`${folder}-`);
  try {
    // Large, and not needed where the page is there.
    const { build } = await import("vite");
    await build(viteConfig(clone, appId, temporary));
    finish(temporary);
    // Whole or not at all; of two who build at once the first stays.
    if (!existsSync(folder)) renameSync(temporary, folder);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  return folder;
}

/** Builds the page again whenever its source changes, until the process ends. */
export async function watchPage(clone: string, appId: string, folder: string): Promise<void> {
  const { build } = await import("vite");
  const config = viteConfig(clone, appId, folder);
  const whenWritten = { name: "finish", writeBundle: () => finish(folder) };
  await build({
    ...config,
    plugins: [whenWritten],
    build: { ...config.build, watch: {}, minify: false, emptyOutDir: false },
    logLevel: "info",
  });
}

const viteConfig = (clone: string, appId: string, outDir: string) => ({
  configFile: false as const,
  envDir: false as const,
  root: join(clone, sourceOf(appId)),
  logLevel: "warn" as const,
  build: {
    outDir,
    emptyOutDir: true,
    // An asset in the page itself would not be cached, nor be let in by its policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: rolldownOptionsOf(join(clone, sourceOf(appId))),
  },
});

const compressible = "**/*.{html,js,css,svg,webmanifest,json}";

/** Tells the service worker what belongs to this page, and compresses all texts. */
function finish(folder: string): void {
  const files = globSync(compressible, { cwd: folder }).sort();
  const worker = join(folder, "sw.js");
  if (existsSync(worker)) {
    const assets = globSync("assets/*", { cwd: folder })
      .filter((file) => !/\.(br|gz)$/.test(file))
      .map((file) => `/${file}`)
      .sort();
    const index = hashOf(readFileSync(join(folder, "index.html"))).slice(0, 12);
    const text = readFileSync(worker, "utf8")
      .replace(/"%ASSETS%"|`%ASSETS%`/, JSON.stringify(assets.join(" ")))
      .replace("%VERSION%", hashOf(assets.join() + index).slice(0, 12));
    writeFileSync(worker, text);
  }
  for (const file of files) {
    const content = readFileSync(join(folder, file));
    const quality = {
      [zlib.BROTLI_PARAM_QUALITY]: 11,
      [zlib.BROTLI_PARAM_SIZE_HINT]: content.length,
    };
    writeFileSync(join(folder, `${file}.br`), brotliCompressSync(content, { params: quality }));
    writeFileSync(join(folder, `${file}.gz`), gzipSync(content, { level: 9 }));
  }
}

const hashOf = (content: Uint8Array | string): string =>
  createHash("sha256").update(content).digest("hex");
