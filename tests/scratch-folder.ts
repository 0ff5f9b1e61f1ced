import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder that goes when this process ends, also by a signal; programs in it end by their own. */
export function scratchFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `todo-${name}-`));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  process.once("SIGINT", () => process.exit(130));
  process.once("SIGTERM", () => process.exit(143));
  return folder;
}
