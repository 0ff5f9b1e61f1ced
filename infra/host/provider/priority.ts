import { readdirSync, writeFileSync } from "node:fs";
import { setPriority } from "node:os";
import { withDescendants } from "./proc.ts";
import { waitFor } from "./wait.ts";

const groupTimeoutMs = 5_000;

/**
 * Sets how far a process that leads its session gives way, 0 to 19, with its children and every
 * thread of theirs. Never throws: where the system does not let it, or it has ended, it stays as it
 * is; who is not root may give way further, and less far by the group only.
 *
 * A session is a group of its own where Linux has autogroups, and beside other groups only what the
 * group is counts; inside a cgroup of its own, or without autogroups, only what threads are.
 */
export async function setNice(leader: number, nice: number): Promise<void> {
  for (const { pid } of withDescendants([leader])) {
    for (const thread of threadsOf(pid)) attempt(() => setPriority(thread, nice));
  }
  const isSet = (): boolean => {
    const problem = attempt(() => writeFileSync(`/proc/${leader}/autogroup`, `${nice}`));
    // The kernel takes one such wish in 100 ms from who is not root.
    return problem !== "EAGAIN";
  };
  await waitFor(isSet, { timeoutMs: groupTimeoutMs });
}

function threadsOf(pid: number): number[] {
  let names: string[] = [];
  attempt(() => {
    names = readdirSync(`/proc/${pid}/task`);
  });
  return names.map(Number);
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
