import { existsSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";

/**
 * The folder that holds what the toolchain made, shared by all clones of this user.
 *
 * `TODO_EVOLUTION_CACHE` decides; else the user's cache folder. Root's home is often closed to
 * others, and PostgreSQL, which refuses to run as root, could then not reach its own binaries:
 * in that case it is a folder below /var/cache.
 */
export function cacheRoot(environment: NodeJS.ProcessEnv = process.env, user = userId()): string {
  if (environment.TODO_EVOLUTION_CACHE) return resolve(environment.TODO_EVOLUTION_CACHE);
  const home = environment.HOME || homedir();
  const caches = environment.XDG_CACHE_HOME || join(home, ".cache");
  if (user === 0 && !isReachableByOthers(caches)) return "/var/cache/todo-evolution";
  return join(caches, "todo-evolution");
}

/** Whether every user may walk to a folder; parts that do not exist yet count as open. */
export function isReachableByOthers(path: string): boolean {
  for (let folder = resolve(path); ; folder = dirname(folder)) {
    if (existsSync(folder) && (statSync(folder).mode & 0o001) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}

function userId(): number | undefined {
  return process.getuid?.();
}
