import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { Refusal } from "#commands/run.ts";
import { type Preview, readPreview } from "./preview.ts";

/**
 * The previews of a folder and of those in it, by name of the stack, and the file with the changes
 * of the contracts where there is one. An event log (`<stack>.jsonl`) goes before a digest
 * (`<stack>.json`): it is of the engine where the other was made without keys.
 */
export function previewsIn(folder: string): {
  readonly previews: readonly Preview[];
  readonly contracts: string | undefined;
} {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const byStack = new Map<string, string>();
  for (const extension of [".json", ".jsonl"]) {
    for (const file of files.filter((it) => it.endsWith(extension) && !isContracts(it))) {
      byStack.set(basename(file, extension), file);
    }
  }
  const contracts = files.find(isContracts);
  return {
    previews: [...byStack]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([stack, file]) => readPreview(stack, readText(join(folder, file)))),
    contracts: contracts === undefined ? undefined : join(folder, contracts),
  };
}

const isContracts = (file: string): boolean => basename(file) === "contracts.json";

/** @throws Refusal for a file that cannot be read */
export function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new Refusal(`${file} cannot be read: ${(error as Error).message}`);
  }
}
