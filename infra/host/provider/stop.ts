import { setNice } from "./priority.ts";
import {
  findMarked,
  type Identity,
  identityOf,
  isAlive,
  type ProcessStat,
  readMarker,
  withDescendants,
} from "./proc.ts";
import { waitFor } from "./wait.ts";

/** How to ask a process to end, and for how long to wait before it is killed. */
export interface StopOptions {
  readonly signal?: "SIGTERM" | "SIGINT";
  readonly graceMs?: number;
}

const leftoversGraceMs = 1000;
const killMs = 10_000;

/**
 * Stops one process and what it started: signals the process itself, waits, then kills what is
 * left of its descendants and of everything that carries the marker. Returns when all is gone.
 * Throws when something does not even yield to SIGKILL within 10 s.
 */
export async function stopProcess(
  leader: Identity,
  marker: string,
  { signal = "SIGTERM", graceMs = 10_000 }: StopOptions = {},
): Promise<void> {
  // Taken before the signal: afterwards orphans have another parent. Some, as those of Postgres,
  // have a session of their own and an environment that cannot be read.
  const family = isAlive(leader) ? identitiesOf(withDescendants([leader.pid])) : [];
  if (isAlive(leader)) {
    // What gives way would hardly ever end on a busy machine.
    await setNice(leader.pid, 0, family);
    send(leader.pid, signal);
  }
  await waitFor(() => !isAlive(leader), { timeoutMs: graceMs, everyMs: 20 });
  const rest = () => survivors(family, marker);
  if (!isAlive(leader)) {
    await waitFor(() => rest().length === 0, { timeoutMs: leftoversGraceMs, everyMs: 20 });
  }
  const gone = await waitFor(
    () => {
      const left = rest();
      for (const pid of left) send(pid, "SIGKILL");
      return left.length === 0;
    },
    { timeoutMs: killMs, everyMs: 20 },
  );
  if (!gone) throw new Error(`Could not be stopped, not even by SIGKILL: pid ${rest().join(", ")}`);
}

/**
 * Stops whatever carries this marker, found without a record: leaders of a session get the chance
 * to end by themselves. Does nothing when there is none.
 */
export async function stopMarked(marker: string, options?: StopOptions): Promise<void> {
  const found = findMarked(marker);
  for (const { pid } of sortLeadersFirst(found)) {
    const identity = identityOf(pid);
    if (identity && readMarker(pid) === marker) await stopProcess(identity, marker, options);
  }
}

/**
 * Stops everything that the stack in this folder ever started, known to the engine or not; for
 * commands that clean up after an interrupted `up`. Returns how many processes carried its mark.
 */
export async function stopStack(stackFolder: string, options?: StopOptions): Promise<number> {
  const found = findMarked((marker) => marker.startsWith(`${stackFolder}:`));
  const markers = new Set(found.map(({ pid }) => readMarker(pid)));
  await Promise.all([...markers].map((marker) => marker && stopMarked(marker, options)));
  return found.length;
}

function sortLeadersFirst(found: ProcessStat[]): ProcessStat[] {
  const isLeader = (stat: ProcessStat) => Number(stat.pid === stat.session);
  return found.sort((a, b) => isLeader(b) - isLeader(a));
}

function identitiesOf(stats: readonly ProcessStat[]): Identity[] {
  return stats.map(({ pid }) => identityOf(pid)).filter((identity) => identity !== undefined);
}

function survivors(family: readonly Identity[], marker: string): number[] {
  const ofFamily = family.filter(isAlive).map(({ pid }) => pid);
  return [...new Set([...ofFamily, ...findMarked(marker).map(({ pid }) => pid)])];
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    // Ended between the look and the signal; anything else, as a lacking right, is an error.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
