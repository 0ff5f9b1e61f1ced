import { rmdirSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";

/** Where a process of the stack keeps its files. */
export interface Places {
  readonly record: string;
  readonly log: string;
}

/** The files of the process with this name. */
export function placesOf(stackFolder: string, name: string): Places {
  return {
    record: join(stackFolder, "run", `${name}.json`),
    log: join(stackFolder, "logs", `${name}.log`),
  };
}

/** Whether a path lies inside a folder, and is not the folder itself. */
export function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== "" && way.split("/")[0] !== ".." && !way.startsWith("/");
}

/**
 * The folder, evidently of a stack, that a path lies in: the stack's own one, or one named
 * `todo-evolution-…` in /var/tmp or /tmp, as for data of a user who may not enter the clone.
 */
export function ownFolderOf(path: string, stackFolder: string): string | undefined {
  if (isInside(path, stackFolder)) return stackFolder;
  return /^(\/(?:var\/)?tmp\/todo-evolution-[^/]+)\/[^/]/.exec(normalize(path))?.[1];
}

/** Removes the folders above these paths that became empty, up to the stack's own folder. */
export function removeEmptyFolders(paths: readonly string[], stackFolder: string): void {
  for (const path of paths) {
    const top = ownFolderOf(path, stackFolder);
    let folder = dirname(path);
    while (top && (folder === top || isInside(folder, top)) && removeIfEmpty(folder)) {
      folder = dirname(folder);
    }
  }
}

function removeIfEmpty(folder: string): boolean {
  try {
    rmdirSync(folder);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return true;
    // Something else of the stack is in it, or a neighbour just put something there.
    if (code === "ENOTEMPTY" || code === "EEXIST") return false;
    throw error;
  }
}
