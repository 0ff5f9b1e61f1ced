import { createHash } from "node:crypto";
import { join } from "node:path";
import { isReachableByOthers } from "#toolchain/cache-root.ts";

/** Where the local stack lives: programs, files and data of one clone. */
export type HostStack = {
  /** Root of the clone. */
  readonly clone: string;
  /** The stack's own folder in it, which git ignores and `down` removes. */
  readonly folder: string;
};

export const hostStackOf = (clone: string): HostStack => ({ clone, folder: join(clone, ".local") });

/** Where data goes that may not lie in the clone: below /var/tmp, under a name of this clone's. */
export function outsideFolderOf(stack: HostStack): string {
  const clone = createHash("sha256").update(stack.clone).digest("hex").slice(0, 12);
  return `/var/tmp/todo-evolution-${clone}`;
}

/**
 * A folder for data of a process that may run as an unprivileged user: in the stack's folder where
 * every folder above it can be entered by others, otherwise outside the clone.
 */
export function dataFolderFor(stack: HostStack, name: string, otherUser: boolean): string {
  const inClone = !otherUser || isReachableByOthers(stack.clone);
  return inClone ? join(stack.folder, "data", name) : join(outsideFolderOf(stack), name);
}
