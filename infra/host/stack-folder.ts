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

/**
 * A folder for data of a process that may run as an unprivileged user: in the stack's folder where
 * every folder above it can be entered by others, otherwise below /var/tmp under a name of this
 * clone's own.
 */
export function dataFolderFor(stack: HostStack, name: string, otherUser: boolean): string {
  const inside = join(stack.folder, "data", name);
  if (!otherUser || isReachableByOthers(stack.clone)) return inside;
  const clone = createHash("sha256").update(stack.clone).digest("hex").slice(0, 12);
  return join("/var/tmp", `todo-evolution-${clone}`, name);
}
