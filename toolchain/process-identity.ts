import { readFileSync } from "node:fs";

/** This process, in a form that `isAlive` of another process understands: `pid-start-boot`. */
export function ownIdentity(): string {
  return `${process.pid}-${startTicks(process.pid)}-${boot()}`;
}

/**
 * Whether the process of an identity still runs. Pids are reused, so the start time since boot
 * and the boot itself must be the same.
 */
export function isAlive(identity: string): boolean {
  const [pid, start, bootId] = identity.split("-");
  return bootId === boot() && start !== undefined && startTicks(Number(pid)) === start;
}

/** The pid in an identity, for messages. */
export function pidOf(identity: string): number {
  return Number.parseInt(identity, 10);
}

function startTicks(pid: number): string | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    return undefined; // no such process
  }
  // The second field is the command in brackets and may hold blanks: count from its end.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields[0] === "Z" ? undefined : fields[19];
}

function boot(): string {
  return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").slice(0, 8);
}
