import { join } from "node:path";
import { checkEntry } from "./cache.ts";
import { cacheRoot } from "./cache-root.ts";
import { onPath } from "./on-path.ts";
import type { Setting } from "./probe.ts";
import { catalog, minimums, type Program, type ProgramName } from "./programs.ts";
import { entryName } from "./recipe-hash.ts";
import { ToolchainError } from "./toolchain-error.ts";

/** What is known about a program without making it. */
export type Located =
  | { readonly state: "found"; readonly program: Program }
  | { readonly state: "absent" }
  | { readonly state: "corrupt"; readonly reason: string };

/**
 * Finds programs on PATH and in this user's cache and makes none, in a fraction of a second.
 * @throws ToolchainError naming all that are missing, and the command that makes them
 */
export async function findPrograms<Name extends ProgramName>(
  names: readonly Name[],
  setting: Setting = thisMachine(),
): Promise<Record<Name, Program>> {
  const located = names.map((name) => [name, locate(name, setting)] as const);
  const missing = located.filter(([, { state }]) => state !== "found");
  if (missing.length > 0) {
    const list = missing.map(([name, found]) =>
      found.state === "corrupt" ? `${name} (its cache entry is damaged: ${found.reason})` : name,
    );
    const remedy = missing.some(([name]) => name === "java") ? `${javaRemedy}\n` : "";
    throw new ToolchainError(
      `not on this machine yet: ${list.join(", ")}.\n${remedy}Run \`npm start\`, which finds or builds what is missing.`,
    );
  }
  return Object.fromEntries(
    located.flatMap(([name, found]) => (found.state === "found" ? [[name, found.program]] : [])),
  ) as Record<Name, Program>;
}

/** Looks for one program on PATH, then in the cache. `verify` compares contents, not sizes. */
export function locate(
  name: ProgramName,
  setting: Setting,
  options: { verify?: boolean } = {},
): Located {
  const program = onPath(name, setting);
  if (program !== undefined) return { state: "found", program };
  if (name === "java") return { state: "absent" };
  const pinned = catalog[name];
  const entry = join(setting.cacheRoot, entryName(name, pinned));
  const checked = checkEntry(entry, options);
  if (checked.state === "corrupt") return checked;
  if (checked.state === "absent") return { state: "absent" };
  const { version, main } = pinned;
  return { state: "found", program: { name, version, path: join(entry, main), from: "cache" } };
}

/** The environment of this process and the cache folder of this user. */
export function thisMachine(): Setting {
  return { environment: process.env, cacheRoot: cacheRoot() };
}

/** What to do when there is no Java. */
export const javaRemedy =
  `Kafka and Maven need a JDK, version ${minimums.java} or newer, and none was found: install one ` +
  "(Debian, Ubuntu: `apt-get install openjdk-17-jdk-headless`; Fedora: `dnf install " +
  "java-21-openjdk-headless`) or set JAVA_HOME to one.";
