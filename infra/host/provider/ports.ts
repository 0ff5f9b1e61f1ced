import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { allProcesses, describeProcess, folderOfMarker, isLeaving, readMarker } from "./proc.ts";
import { waitFor } from "./wait.ts";

/** A port that somebody listens on; pid is undefined when its owner may not be seen. */
export interface TakenPort {
  readonly name: string;
  readonly port: number;
  readonly pid: number | undefined;
}

const leavingMs = 5_000;

// Listening on one of these keeps others from listening on 127.0.0.1. As in /proc/net/tcp{,6}:
// any and loopback of IPv4, any of IPv6, and the two IPv4 addresses mapped into IPv6.
const relevantAddresses = new Set([
  "00000000",
  "0100007F",
  "00000000000000000000000000000000",
  "0000000000000000FFFF000000000000",
  "0000000000000000FFFF00000100007F",
]);

/** Which of these ports are listened on, with the owner where it can be seen. */
export function takenPorts(ports: Readonly<Record<string, number>>): TakenPort[] {
  const listening = new Map([...listeners("tcp"), ...listeners("tcp6")]);
  const taken = Object.entries(ports).filter(([, port]) => listening.has(port));
  if (taken.length === 0) return [];
  const owners = socketOwners(new Set(taken.map(([, port]) => listening.get(port) ?? "")));
  return taken.map(([name, port]) => {
    return { name, port, pid: owners.get(listening.get(port) ?? "") };
  });
}

/**
 * The ports that others hold. An owner that cannot be seen, or whose command and environment cannot
 * any more, may be on its way out with the socket still in its hands: it gets some seconds to go.
 */
export async function foreignPorts(
  ports: Readonly<Record<string, number>>,
  isOurs: (pid: number) => boolean,
): Promise<TakenPort[]> {
  let foreign: TakenPort[] = [];
  const look = () => {
    foreign = takenPorts(ports).filter(({ pid }) => pid === undefined || !isOurs(pid));
    return !foreign.some(({ pid }) => pid === undefined || isLeaving(pid));
  };
  await waitFor(look, { timeoutMs: leavingMs });
  return foreign;
}

/** Says who has the port and how to go on. */
export function describeTakenPort({ name, port, pid }: TakenPort): string {
  const marker = pid === undefined ? undefined : readMarker(pid);
  const command = pid === undefined ? "" : describeProcess(pid);
  const owner =
    pid === undefined
      ? "a process that this user may not see"
      : `pid ${pid} (${marker ? `${command}, ${stackOf(marker)}` : command})`;
  const otherBase = Math.floor(port / 1000) * 1000 + 1000;
  return (
    `Port ${port} (${name}) is taken by ${owner}. ` +
    `Stop it, or move the whole stack: npm run pulumi -- config set portBase ${otherBase}`
  );
}

function stackOf(marker: string): string {
  const folder = folderOfMarker(marker);
  return `${marker.slice(folder.length + 1)} of the stack in ${folder}`;
}

/** Port → inode of the listening socket. */
function listeners(file: "tcp" | "tcp6"): [number, string][] {
  let text: string;
  try {
    text = readFileSync(`/proc/net/${file}`, "utf8");
  } catch {
    return []; // a machine without IPv6 has no tcp6
  }
  return text
    .split("\n")
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .map(([, local = "", , state, , , , , , inode = ""]) => {
      const [address = "", port = ""] = local.split(":");
      return { address, port: Number.parseInt(port, 16), state, inode };
    })
    .filter(({ address, state }) => state === "0A" && relevantAddresses.has(address))
    .map(({ port, inode }) => [port, inode]);
}

function socketOwners(inodes: ReadonlySet<string>): Map<string, number> {
  const owners = new Map<string, number>();
  for (const { pid } of allProcesses()) {
    for (const target of openFiles(pid)) {
      const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
      // A socket handed down to children has several owners: the first, the oldest, is named.
      if (inode && inodes.has(inode) && !owners.has(inode)) owners.set(inode, pid);
    }
  }
  return owners;
}

function openFiles(pid: number): string[] {
  const folder = `/proc/${pid}/fd`;
  try {
    return readdirSync(folder).map((name) => readlinkOrEmpty(`${folder}/${name}`));
  } catch {
    return []; // gone, or of another user
  }
}

function readlinkOrEmpty(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}
