import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

/** The source of a service's page, below the clone. */
export const sourceOf = (appId: string): string => `apps/${appId}/page`;

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
    await runVite(clone, appId, temporary);
    // Whole or not at all; of two who build at once the first stays.
    if (!existsSync(folder)) renameSync(temporary, folder);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  return folder;
}

/** In a process of its own: what Vite makes of a page depends on NODE_ENV, which a test sets too. */
async function runVite(clone: string, appId: string, folder: string): Promise<void> {
  const program = join(import.meta.dirname, "run-vite.ts");
  const env = { ...process.env, NODE_ENV: "production" };
  try {
    await run(process.execPath, [program, clone, appId, folder], { env });
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    throw new Error(`the page of ${appId} was not built:\n${stderr || stdout || error}`);
  }
}

const run = promisify(execFile);

const hashOf = (content: Uint8Array | string): string =>
  createHash("sha256").update(content).digest("hex");
