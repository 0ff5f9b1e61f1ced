import { createHash } from "node:crypto";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * The source files that a service runs from, each with a short hash of its content: an input of
 * its process, so that a changed file shows by name and restarts what is made of it.
 */
export function sourceOf(clone: string, folders: readonly string[]): Record<string, string> {
  const files = folders
    .flatMap((folder) => globSync(`${folder}/**/*.{ts,sql,json}`, { cwd: clone }))
    .filter((file) => !file.endsWith(".test.ts") && !file.startsWith("apps/kit/testing/"))
    .concat("package-lock.json")
    .sort();
  return Object.fromEntries(files.map((file) => [file, hashOf(join(clone, file))]));
}

/**
 * For what runs from the sources of this clone: Node keeps what it has compiled, types stripped, for
 * the next start. A tenth to a quarter of the time that a service takes to be ready.
 */
export const nodeEnvironment = (clone: string): Record<string, string> => ({
  NODE_COMPILE_CACHE: join(clone, "node_modules", ".cache", "node"),
});

const hashOf = (path: string): string =>
  createHash("sha256").update(readFileSync(path)).digest("hex").slice(0, 12);
