import { existsSync } from "node:fs";
import { join } from "node:path";

/** What goes into a page, and how its files are called. */
export function rolldownOptionsOf(source: string) {
  const worker = join(source, "sw.ts");
  return {
    input: { index: join(source, "index.html"), ...(existsSync(worker) && { sw: worker }) },
    output: {
      // The browser asks for a service worker by its path: that one may not change.
      entryFileNames: ({ name }: { readonly name: string }) =>
        name === "sw" ? "sw.js" : "assets/[name]-[hash].js",
      chunkFileNames: "assets/[name]-[hash].js",
      assetFileNames: "assets/[name]-[hash][extname]",
    },
  };
}
