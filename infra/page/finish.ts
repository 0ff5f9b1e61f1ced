import { createHash } from "node:crypto";
import { existsSync, globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, gzipSync, constants as zlib } from "node:zlib";

const compressible = "**/*.{html,js,css,svg,webmanifest,json}";

/** Tells the service worker what belongs to this page, and compresses all texts. */
export function finish(folder: string): void {
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
