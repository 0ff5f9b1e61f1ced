import { readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";

/** Who a process runs as; without ids it is whoever runs the engine. */
export interface Account {
  readonly ids?: { readonly uid: number; readonly gid: number };
  readonly home: string;
}

/**
 * The account to run as. Only root can change the user; anyone else keeps their own. Throws when
 * there is no such user.
 */
export function accountOf(user: string | undefined): Account {
  if (!user || process.getuid?.() !== 0) return { home: homedir() };
  const entry = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .map((line) => line.split(":"))
    .find(([name]) => name === user);
  if (!entry) throw new Error(`There is no user "${user}" on this machine (/etc/passwd).`);
  const [, , uid, gid, , home = "/"] = entry;
  return { ids: { uid: Number(uid), gid: Number(gid) }, home };
}

/** Throws when the account may not go into this folder, which an init or start would say darkly. */
export function requireEnterable(folder: string, { ids }: Account): void {
  if (!ids) return;
  const parts = folder.split("/");
  for (let depth = 1; depth <= parts.length; depth += 1) {
    const path = parts.slice(0, depth).join("/") || "/";
    const stat = statSync(path, { throwIfNoEntry: false });
    if (!stat) return;
    const bit = stat.uid === ids.uid ? 0o100 : stat.gid === ids.gid ? 0o010 : 0o001;
    if ((stat.mode & bit) === 0) {
      throw new Error(
        `User ${ids.uid} may not enter ${path}: put the clone where everyone may (not below ` +
          `/root), or allow it: chmod o+x ${path}`,
      );
    }
  }
}
