import { writeFileSync } from "node:fs";
import { loadProgram, recordStackFile, stackFiles } from "#commands/pictures/stack-files.ts";
import type { Recorded } from "#components/recording.ts";

/**
 * A program: `node record.ts CLONE FILE` writes what the program of a clone registers for each of
 * its stacks on a cluster, as JSON by name. A process for each clone, as a module is loaded once.
 */
const [folder = "", file = ""] = process.argv.slice(2);
const program = await loadProgram(folder);

const all: Record<string, Recorded[]> = {};
for (const stack of stackFiles(folder)) {
  if (stack.values["todo-evolution:target"] === "local") continue;
  all[stack.name] = await recordStackFile(stack, program);
}
writeFileSync(file, JSON.stringify(all).replaceAll(JSON.stringify(folder).slice(1, -1), "."));
