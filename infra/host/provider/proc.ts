import { readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";

/** Names a process for good: pids are used again, a pid with its start time and boot is not. */
export interface Identity {
  readonly pid: number;
  /** Clock ticks after boot. */
  readonly startTime: number;
  readonly bootId: string;
}

/** What /proc/<pid>/stat says, see proc_pid_stat(5). */
export interface ProcessStat {
  readonly pid: number;
  readonly state: string;
  readonly parent: number;
  readonly session: number;
  readonly startTime: number;
}

/** The environment variable that marks what a stack started; children inherit it. */
export const markerVariable = "TODO_EVOLUTION_PROCESS";

/** The marker of one process: `<stack folder>:<name>`. */
export function markerOf(stackFolder: string, name: string): string {
  return `${stackFolder}:${name}`;
}

/** The stack's folder that a marker names. */
export const folderOfMarker = (marker: string): string => marker.slice(0, marker.lastIndexOf(":"));

/** The id of the present boot of this machine. Throws where there is no /proc. */
export function bootId(): string {
  const file = "/proc/sys/kernel/random/boot_id";
  const id = read(file)?.trim();
  if (!id) throw new Error(`The local stack needs Linux: ${file} cannot be read.`);
  return id;
}

/** The process with this pid, or undefined; a zombie counts as gone. */
export function statOf(pid: number): ProcessStat | undefined {
  const text = read(`/proc/${pid}/stat`);
  if (text === undefined) return undefined;
  // The command's name stands in parentheses and may itself hold spaces and parentheses.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [state = "", parent, , session] = fields;
  if (state === "Z" || state === "X") return undefined;
  const startTime = Number(fields[19]);
  return { pid, state, parent: Number(parent), session: Number(session), startTime };
}

/** The lasting identity of a running process, or undefined when it is gone. */
export function identityOf(pid: number): Identity | undefined {
  const stat = statOf(pid);
  return stat && { pid, startTime: stat.startTime, bootId: bootId() };
}

/** Whether exactly this process still runs. */
export function isAlive(identity: Identity): boolean {
  return statOf(identity.pid)?.startTime === identity.startTime && identity.bootId === bootId();
}

/** Every running process that can be read. */
export function allProcesses(): ProcessStat[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((name) => statOf(Number(name)))
    .filter((stat) => stat !== undefined);
}

/** The marker a process carries in its environment, if it carries one and may be read. */
export function readMarker(pid: number): string | undefined {
  const prefix = `${markerVariable}=`;
  const entries = read(`/proc/${pid}/environ`)?.split("\0");
  return entries?.find((entry) => entry.startsWith(prefix))?.slice(prefix.length);
}

/** Processes that carry exactly this marker, or one that the test accepts. */
export function findMarked(marker: string | ((marker: string) => boolean)): ProcessStat[] {
  const accepts = typeof marker === "string" ? (found: string) => found === marker : marker;
  return allProcesses().filter((stat) => {
    const found = readMarker(stat.pid);
    return found !== undefined && accepts(found);
  });
}

/** The given processes and everything that descends from them, as of now. */
export function withDescendants(pids: readonly number[]): ProcessStat[] {
  const all = allProcesses();
  const family = new Set(pids);
  for (let size = -1; size !== family.size; ) {
    size = family.size;
    for (const stat of all) if (family.has(stat.parent)) family.add(stat.pid);
  }
  return all.filter((stat) => family.has(stat.pid));
}

/** Whether a process has given its memory back, as it does some time before its sockets. */
export const isLeaving = (pid: number): boolean => commandOf(pid).length === 0;

/** The command line of a process for people to read: program and first words, at most 60 long. */
export function describeProcess(pid: number): string {
  const [program, ...rest] = commandOf(pid);
  if (!program) return "unknown command";
  const text = [basename(program), ...rest.slice(0, 2)].join(" ");
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

function commandOf(pid: number): string[] {
  return read(`/proc/${pid}/cmdline`)?.split("\0").filter(Boolean) ?? [];
}

/** A pseudo file's text, or undefined when its process went away or belongs to someone else. */
function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
