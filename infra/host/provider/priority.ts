import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { setPriority } from "node:os";
import { type ProcessStat, withDescendants } from "./proc.ts";
import { waitFor } from "./wait.ts";

const groupTimeoutMs = 5_000;

/**
 * Sets how far a process that leads its session gives way, 0 to 19, with its family, by default all
 * that descends from it, and every thread of theirs. Never throws: where the system does not let it,
 * or it has ended, it stays as it is; who is not root may give way further, and less far by the
 * group only.
 *
 * A session is a group of its own where Linux has autogroups, and beside other groups only what the
 * group is counts; inside a cgroup of its own, or without autogroups, only what threads are.
 */
export async function setNice(
  leader: number,
  nice: number,
  family: readonly Pick<ProcessStat, "pid">[] = withDescendants([leader]),
): Promise<void> {
  for (const { pid } of family) {
    for (const thread of threadsOf(pid)) attempt(() => setPriority(thread, nice));
  }
  const group = `/proc/${leader}/autogroup`;
  const isSet = (): boolean => {
    // The kernel takes one such wish in 100 ms from who is not root: none is spent on what is so.
    const problem = attempt(() => {
      if (!readFileSync(group, "utf8").trimEnd().endsWith(` ${nice}`)) {
        writeFileSync(group, `${nice}`);
      }
    });
    return problem !== "EAGAIN";
  };
  await waitFor(isSet, { timeoutMs: groupTimeoutMs });
}

function threadsOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).map(Number);
  } catch {
    return []; // it ended meanwhile
  }
}

/** The code of the error, if there is one. */
function attempt(change: () => void): string | undefined {
  try {
    change();
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? "unknown";
  }
}
