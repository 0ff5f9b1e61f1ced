import { existsSync, globSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { buildPage, hasPage } from "../page/build-page.ts";
import { mapOnly, type SourceMap } from "./source-map.ts";

/** Files of an image by their path below /app. */
export type ImageFiles = ReadonlyMap<string, Uint8Array>;

/** What gets an image: every folder below apps that has a main.ts, by name. */
export const imageNames = (clone: string): string[] =>
  readdirSync(join(clone, "apps"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .filter((name) => existsSync(join(clone, "apps", name, "main.ts")))
    .sort();

/** Writes files below a folder, which is made where it is not there. */
export function writeBelow(folder: string, files: ImageFiles): void {
  for (const [path, content] of files) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
}

export type Bundle = {
  readonly files: ImageFiles;
  /** The files that esbuild read, by their paths from the clone's root. */
  readonly read: readonly string[];
};

/**
 * Bundles one of `imageNames`: `main.mjs` and its source map, and with migrations the same of
 * `migrate.mjs` and what it applies; what both share or load later, named by its content; its page,
 * where it has one. The same sources give the same bytes, in whatever clone.
 * @throws Error with esbuild's messages
 */
export async function bundle(clone: string, name: string): Promise<Bundle> {
  const migrations = migrationsOf(clone, name);
  // Large, and not needed where images are given.
  const { build } = await import("esbuild");
  const { outputFiles, metafile } = await build({
    absWorkingDir: clone,
    entryPoints: {
      main: `apps/${name}/main.ts`,
      ...(migrations.size > 0 && { migrate: "apps/kit/database/migrate.ts" }),
    },
    // Never written: only the paths in the source maps follow from it.
    outdir: "app",
    write: false,
    bundle: true,
    // What is imported while it runs is a file of its own: read when it is asked for, not at the start.
    splitting: true,
    platform: "node",
    target: "node24",
    format: "esm",
    outExtension: { ".js": ".mjs" },
    banner: { js: requireInModule },
    // The other entry reads its WebAssembly from a file beside itself, which a bundle leaves behind.
    alias: { "@platformatic/wasm-utils": "@platformatic/wasm-utils/bundled" },
    sourcemap: "linked",
    sourcesContent: false,
    legalComments: "eof",
    metafile: true,
    logLevel: "silent",
  });
  const bundled = outputFiles.map(({ path, contents }) => {
    return [basename(path), path.endsWith(".map") ? withoutPackages(contents) : contents] as const;
  });
  return {
    files: new Map([...bundled, ...migrations, ...(await pageOf(clone, name))]),
    read: Object.keys(metafile.inputs),
  };
}

/** Where the page of a service lies in its image, below the folder that it is started in. */
export const pageInImage = "page";

async function pageOf(clone: string, name: string): Promise<ImageFiles> {
  if (!hasPage(clone, name)) return new Map();
  const folder = await buildPage(clone, name);
  const paths = globSync("**/*.*", { cwd: folder }).sort();
  return new Map(paths.map((path) => [`${pageInImage}/${path}`, readFileSync(join(folder, path))]));
}

// Packages in CommonJS ask for Node's built-ins by require, which a module does not have.
const requireInModule =
  'import { createRequire as makeRequire } from "node:module";\n' +
  "const require = makeRequire(import.meta.url);";

/** Our own code in the source map, by paths of the repository; see `mapOnly`. */
function withoutPackages(contents: Uint8Array): Uint8Array {
  const map: SourceMap = JSON.parse(new TextDecoder().decode(contents));
  const own = mapOnly(map, (source) => source.startsWith("../apps/"));
  return new TextEncoder().encode(JSON.stringify(own));
}

/** What drizzle's migrator reads; its snapshots are for whoever writes the next migration. */
export function migrationsOf(clone: string, name: string): ImageFiles {
  const folder = join(clone, "apps", name, "migrations");
  const paths = globSync("**/*.{sql,json}", { cwd: folder })
    .filter((path) => !path.endsWith("_snapshot.json"))
    .sort();
  return new Map(
    paths.map((path) => [`migrations/${name}/${path}`, readFileSync(join(folder, path))]),
  );
}
