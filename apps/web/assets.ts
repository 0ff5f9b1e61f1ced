import { createHash } from "node:crypto";
import { existsSync, globSync, readFileSync, statSync } from "node:fs";
import { extname, join } from "node:path";

/** A file of the page, with what it is when it is compressed. */
export type Asset = {
  readonly type: string;
  readonly etag: string;
  readonly identity: Uint8Array<ArrayBuffer>;
  readonly br: Uint8Array<ArrayBuffer> | undefined;
  readonly gzip: Uint8Array<ArrayBuffer> | undefined;
};

export type Assets = {
  /** The file at this path below the folder, as `assets/index-1a2b.js`. */
  readonly find: (path: string) => Asset | undefined;
};

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".webmanifest": "application/manifest+json",
};

/**
 * The files of a built page, kept in memory. A build that takes its place (`npm run dev`) is seen by
 * its index.html. Throws where there is no page.
 */
export function openAssets(folder: string): Assets {
  const index = join(folder, "index.html");
  if (!existsSync(index)) throw new Error(`PAGE_FOLDER: there is no page in ${folder}`);
  let files = read(folder);
  let readAt = statSync(index).mtimeMs;
  return {
    find: (path) => {
      if (path === "index.html") {
        const changedAt = statSync(index, { throwIfNoEntry: false })?.mtimeMs ?? readAt;
        if (changedAt !== readAt) files = read(folder);
        readAt = changedAt;
      }
      return files.get(path);
    },
  };
}

function read(folder: string): ReadonlyMap<string, Asset> {
  const paths = globSync("**/*.*", { cwd: folder }).filter((path) => extname(path) in types);
  return new Map(paths.map((path) => [path, assetOf(join(folder, path))]));
}

function assetOf(file: string): Asset {
  const identity = bytesOf(file);
  return {
    type: types[extname(file)] ?? "application/octet-stream",
    etag: createHash("sha256").update(identity).digest("base64url").slice(0, 20),
    identity,
    br: existsSync(`${file}.br`) ? bytesOf(`${file}.br`) : undefined,
    gzip: existsSync(`${file}.gz`) ? bytesOf(`${file}.gz`) : undefined,
  };
}

const bytesOf = (file: string): Uint8Array<ArrayBuffer> => new Uint8Array(readFileSync(file));
