import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative } from "node:path";
import { isAlive, ownIdentity } from "./process-identity.ts";
import { ToolchainError } from "./toolchain-error.ts";

type ListedFile = { readonly size: number; readonly sha256: string } | { readonly link: string };

/** What `entry.json` says about the entry beside it; paths are relative to the entry. */
export type Manifest = {
  readonly program: string;
  readonly version: string;
  readonly files: Readonly<Record<string, ListedFile>>;
};

/** The state of a cache entry; `reason` names the first file that is not as it was written. */
export type EntryState =
  | { readonly state: "valid" | "absent" }
  | { readonly state: "corrupt"; readonly reason: string };

const manifestName = "entry.json";

/**
 * Compares an entry with its manifest: the sizes of all files, or with `verify` their content.
 * Sizes take milliseconds and find what an interruption or a full disk leaves.
 */
export function checkEntry(entry: string, options: { verify?: boolean } = {}): EntryState {
  if (!existsSync(entry)) return { state: "absent" };
  const manifest = readManifest(entry);
  if (manifest === undefined) return { state: "corrupt", reason: "its entry.json is unreadable" };
  for (const [path, listed] of Object.entries(manifest.files)) {
    const reason = difference(join(entry, path), listed, options.verify ?? false);
    if (reason !== undefined) return { state: "corrupt", reason: `${path} ${reason}` };
  }
  return { state: "valid" };
}

/** Runs `fill` on a temporary folder in the cache, which is gone afterwards whatever happens. */
export async function withTemporaryFolder<Result>(
  root: string,
  label: string,
  fill: (folder: string) => Promise<Result>,
): Promise<Result> {
  const folder = join(root, "temporary", `${ownIdentity()}-${label}`);
  rmSync(folder, { recursive: true, force: true });
  makeFolder(folder);
  try {
    return await fill(folder);
  } finally {
    // Builders that were ended may still be writing: try again for a moment.
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }
}

/** Writes the manifest of a finished folder and moves it to its place in one step. */
export function commitEntry(from: string, entry: string, about: Omit<Manifest, "files">): void {
  openToAll(from);
  const files = Object.fromEntries(walk(from).map((path) => [relative(from, path), list(path)]));
  const manifest: Manifest = { ...about, files };
  writeFileSync(join(from, manifestName), `${JSON.stringify(manifest, null, 1)}\n`);
  chmodSync(join(from, manifestName), 0o644);
  renameSync(from, entry);
}

/** Removes the temporary folders of processes that no longer run. */
export function sweep(root: string): void {
  const folder = join(root, "temporary");
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder).filter((name) => !isAlive(name))) {
    rmSync(join(folder, name), { recursive: true, force: true });
  }
}

/** Makes a folder that every user may enter, whatever the umask of this one. */
export function makeFolder(folder: string): void {
  try {
    const first = mkdirSync(folder, { recursive: true });
    for (let made = folder; first !== undefined; made = dirname(made)) {
      chmodSync(made, 0o755);
      if (made === first) break;
    }
  } catch (error) {
    throw new ToolchainError(
      `cannot make the folder ${folder}: ${(error as Error).message}\n` +
        "Set TODO_EVOLUTION_CACHE to a folder that this user may write.",
    );
  }
}

function readManifest(entry: string): Manifest | undefined {
  try {
    const manifest = JSON.parse(readFileSync(join(entry, manifestName), "utf8")) as Manifest;
    return Object.keys(manifest.files).length > 0 ? manifest : undefined;
  } catch {
    return undefined; // absent, cut short or not ours: the caller rebuilds
  }
}

function difference(path: string, listed: ListedFile, verify: boolean): string | undefined {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return "is missing";
  if ("link" in listed) return found.isSymbolicLink() ? undefined : "is not a link";
  if (found.size !== listed.size) return `has ${found.size} bytes instead of ${listed.size}`;
  return verify && sha256(path) !== listed.sha256 ? "has other content" : undefined;
}

function list(path: string): ListedFile {
  const found = lstatSync(path);
  if (found.isSymbolicLink()) return { link: readlinkSync(path) };
  return { size: found.size, sha256: sha256(path) };
}

function walk(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((item) => {
    const path = join(folder, item.name);
    return item.isDirectory() ? walk(path) : [path];
  });
}

function openToAll(folder: string): void {
  chmodSync(folder, 0o755);
  for (const item of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, item.name);
    if (item.isDirectory()) openToAll(path);
    else if (item.isFile()) chmodSync(path, lstatSync(path).mode & 0o100 ? 0o755 : 0o644);
  }
}

function sha256(path: string): string {
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}
