import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { readRecord } from "#infra/host/provider/record.ts";

/** Processor time in ms that each process of the stack has used since its start, by name. */
export function processorTimes(stackFolder: string): Map<string, number> {
  const folder = join(stackFolder, "run");
  const files = readdirSync(folder).filter((file) => file.endsWith(".json"));
  return new Map(
    files.flatMap((file) => {
      const pid = readRecord(join(folder, file))?.pid;
      const used = pid === undefined ? undefined : usedMs(pid);
      return used === undefined ? [] : [[basename(file, ".json"), used]];
    }),
  );
}

/** What the processes have used between two readings, per piece of work, the most first. */
export const perPiece = (
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
  pieces: number,
): { name: string; ms: number }[] =>
  [...after]
    .map(([name, used]) => ({ name, ms: (used - (before.get(name) ?? used)) / pieces }))
    .sort((one, other) => other.ms - one.ms);

/** PostgreSQL works in processes of its own, one a connection: they count as their parent's. */
function usedMs(pid: number): number | undefined {
  const own = ticksOf(pid);
  if (own === undefined) return undefined;
  return (own + childrenOf(pid).reduce((sum, child) => sum + (ticksOf(child) ?? 0), 0)) * 10;
}

/** In ticks of 10 ms: user and system time, and that of children that have ended. */
function ticksOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  } catch {
    return undefined; // it ended meanwhile
  }
}

function childrenOf(pid: number): number[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
    return text === "" ? [] : text.split(" ").map(Number);
  } catch {
    return [];
  }
}
