import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { CurrentSchema } from "#apps/contracts/released.ts";
import type { TopicContract } from "#apps/contracts/topics.ts";
import { Refusal } from "#commands/run.ts";
import type { ContractsSnapshot } from "./contract-changes.ts";

type ThoseOfTopics = {
  readonly topics: ContractsSnapshot["topics"];
  readonly deadLetterContract: TopicContract;
};

/** The contracts of a clone as they stand on its disk. */
export async function contractsIn(clone: string): Promise<ContractsSnapshot> {
  const load = (file: string) => import(pathToFileURL(join(clone, "apps", "contracts", file)).href);
  const { services } = (await load("services.ts")) as { services: object };
  const { topics, deadLetterContract } = (await load("topics.ts")) as ThoseOfTopics;
  const { currentSchemas } = (await load("released.ts")) as {
    currentSchemas: () => CurrentSchema[];
  };
  const released = join(clone, "apps", "contracts", "released");
  return {
    services: Object.keys(services),
    topics: { ...topics, "dead letters": deadLetterContract },
    released: Object.fromEntries(
      readdirSync(released).map((file) => [
        file,
        JSON.parse(readFileSync(join(released, file), "utf8")),
      ]),
    ),
    current: currentSchemas(),
  };
}

/**
 * The contracts at a commit. They are laid out inside the clone for as long as it takes, so that
 * they find the packages that they import.
 * @throws Refusal when there is no such commit here
 */
export async function contractsAt(clone: string, commit: string): Promise<ContractsSnapshot> {
  const local = join(clone, ".local");
  mkdirSync(local, { recursive: true });
  const folder = mkdtempSync(join(local, "contracts-"));
  try {
    const parts = ["package.json", "apps/contracts"];
    execFileSync("tar", ["-x", "-C", folder], { input: archiveOf(clone, commit, parts) });
    return await contractsIn(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Files of a commit as an archive of tar. */
export function archiveOf(clone: string, commit: string, parts: readonly string[]): Buffer {
  // A name that begins with a dash would be an option.
  if (!/^[A-Za-z0-9][\w./~^-]*$/.test(commit)) throw new Refusal(`--base ${commit} is no commit.`);
  try {
    return execFileSync("git", ["-C", clone, "archive", commit, ...parts], {
      maxBuffer: 256 * 1024 * 1024,
      stdio: ["ignore", "pipe", "pipe"],
    });
  } catch (error) {
    const told = String((error as { stderr?: Buffer }).stderr ?? error).trim();
    throw new Refusal(
      `--base ${commit} cannot be read: ${told}\nFetch it: git fetch --depth=1 origin ${commit}`,
    );
  }
}
