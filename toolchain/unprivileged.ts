import { readFileSync } from "node:fs";

/** A user that a program can be started as: `spawn(…, { uid, gid })`. */
export type SystemUser = { readonly name: string; readonly uid: number; readonly gid: number };

/**
 * The user that PostgreSQL runs as: it refuses to run as root. Its data folder must belong to
 * this user and every folder above it must let it through (see `isReachableByOthers`).
 * @returns `undefined` when this process is not root, and so needs no other user
 */
export function unprivilegedUser(
  own = process.getuid?.(),
  readUsers: () => string = () => readFileSync("/etc/passwd", "utf8"),
): SystemUser | undefined {
  if (own !== 0) return undefined;
  const users = readUsers()
    .split("\n")
    .map((line) => line.split(":"))
    .map(([name = "", , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }));
  const user = ["postgres", "nobody"]
    .map((name) => users.find((user) => user.name === name && user.uid > 0))
    .find((found) => found !== undefined);
  // Both are in every distribution's base; 65534 is `nobody` in all of them.
  return user ?? { name: "nobody", uid: 65_534, gid: 65_534 };
}
