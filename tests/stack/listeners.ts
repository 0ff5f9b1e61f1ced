import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { withDescendants } from "#infra/host/provider/proc.ts";

/** A socket that takes what others send: TCP that listens, UDP that is not connected. */
export type Listener = {
  readonly protocol: string;
  readonly address: string;
  readonly port: number;
  readonly inode: string;
};

const listening = { tcp: "0A", udp: "07" } as const;
const mappedPrefix = "0000000000000000FFFF0000";

/** All listeners of this machine, by /proc/net. */
export function allListeners(): Listener[] {
  return (["tcp", "tcp6", "udp", "udp6"] as const).flatMap((protocol) => {
    const file = `/proc/net/${protocol}`;
    const lines = existsSync(file) ? readFileSync(file, "utf8").trim().split("\n").slice(1) : [];
    const wanted = listening[protocol.startsWith("tcp") ? "tcp" : "udp"];
    return lines
      .map((line) => line.trim().split(/\s+/))
      .filter(([, , , state]) => state === wanted)
      .map(([, local = "", , , , , , , , inode = ""]) => {
        const [address = "", port = ""] = local.split(":");
        return { protocol, address: readable(address), port: Number.parseInt(port, 16), inode };
      });
  });
}

/** The listeners of these processes and of all that descend from them. */
export function listenersOf(pids: readonly number[]): Listener[] {
  const inodes = new Set(withDescendants(pids).flatMap(({ pid }) => socketsOf(pid)));
  return allListeners().filter(({ inode }) => inodes.has(inode));
}

/** The first of this many ports in a row that nobody listens on, below those for outgoing calls. */
export function findFreePorts(count: number): number {
  const taken = new Set(allListeners().map(({ port }) => port));
  const [first, last] = [20_000, 32_000 - count];
  const steps = Math.floor((last - first) / 100);
  // From anywhere, so that two runs at once do not begin with the same.
  const offset = Math.floor(Math.random() * steps);
  for (let step = 0; step < steps; step++) {
    const base = first + ((offset + step) % steps) * 100;
    const ports = Array.from({ length: count }, (_, index) => base + index);
    if (!ports.some((port) => taken.has(port))) return base;
  }
  throw new Error(`no ${count} free ports in a row between ${first} and ${last}`);
}

/** The kernel writes addresses as words of 32 bits, each in the machine's byte order. */
function readable(hex: string): string {
  const isMapped = hex.length === 32 && hex.startsWith(mappedPrefix);
  if (hex.length === 32 && !isMapped) return `[${hex}]`;
  const bytes = hex.slice(-8).match(/../g) ?? [];
  return bytes
    .reverse()
    .map((byte) => Number.parseInt(byte, 16))
    .join(".");
}

function socketsOf(pid: number): string[] {
  const folder = `/proc/${pid}/fd`;
  try {
    return readdirSync(folder).flatMap((name) => inodeOf(`${folder}/${name}`) ?? []);
  } catch {
    return []; // ended in the meantime
  }
}

function inodeOf(path: string): string | undefined {
  try {
    return /^socket:\[(\d+)\]$/.exec(readlinkSync(path))?.[1];
  } catch {
    return undefined; // closed in the meantime
  }
}
