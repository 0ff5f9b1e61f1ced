import { existsSync, readdirSync, readFileSync, rmdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { allProcesses, identityOf, isAlive } from "#infra/host/provider/proc.ts";
import { forgetDescription } from "./cluster.ts";
import { filesElsewhere, removeFiles } from "./elsewhere.ts";
import { networkLeftovers, removeNetwork } from "./network.ts";
import { cgroupFolders } from "./node.ts";
import { containerdSocket, plan } from "./plan.ts";
import { running, stop } from "./processes.ts";
import { run } from "./shell.ts";

/** In this order: who would start something again goes before what it starts. */
const order = [
  ...["kube-controller-manager", "kube-scheduler", "kubelet", "kube-proxy", "kafka", "postgres"],
  ...["kube-apiserver", "etcd", "containerd"],
];

/** Ends every process of the cluster and removes all it made, whatever state it is in. */
export async function down(): Promise<void> {
  const names = running().map(({ name }) => name);
  const known = order.filter((name) => names.includes(name));
  for (const name of [...known, ...names.filter((name) => !order.includes(name))]) {
    // PostgreSQL takes SIGTERM as a wish to wait for its clients.
    await stop(name, name === "postgres" ? "SIGINT" : "SIGTERM");
  }
  const elsewhere = filesElsewhere();
  await endPods();
  removeFiles(elsewhere);
  for (const mount of mounts()) run("umount", ["-l", mount]);
  removeNetwork();
  for (const folder of cgroupFolders()) await removeCgroup(folder);
  rmSync(plan.run, { recursive: true, force: true });
  rmSync(plan.state, { recursive: true, force: true });
  forgetDescription();
}

/** Everything of the cluster that is still on this machine, a line each. */
export const leftovers = (): string[] => [
  ...podProcesses().map((pid) => `process ${pid}`),
  ...running().map(({ name, pid }) => `process ${name} (${pid})`),
  ...mounts().map((mount) => `mount ${mount}`),
  ...networkLeftovers(),
  ...filesElsewhere().map((file) => `file ${file}`),
  ...cgroupFolders()
    .filter(existsSync)
    .map((folder) => `control group ${folder}`),
  ...[plan.run, plan.state, plan.folder].filter(existsSync).map((folder) => `folder ${folder}`),
];

/** Processes of containers, and those that watch over them on behalf of our containerd. */
function podProcesses(): number[] {
  const inPods = cgroupFolders().flatMap(pidsBelow);
  const watchers = allProcesses()
    .map(({ pid }) => pid)
    .filter((pid) => commandLine(pid).includes(containerdSocket));
  return [...new Set([...watchers, ...inPods])];
}

async function endPods(): Promise<void> {
  for (let round = 0; round < 50; round++) {
    const left = podProcesses()
      .map(identityOf)
      .filter((identity) => identity !== undefined);
    if (left.length === 0) return;
    for (const identity of left) if (isAlive(identity)) process.kill(identity.pid, "SIGKILL");
    await sleep(100);
  }
}

function pidsBelow(folder: string): number[] {
  if (!existsSync(folder)) return [];
  const own = read(join(folder, "cgroup.procs")).split("\n").filter(Boolean).map(Number);
  return [...own, ...subfolders(folder).flatMap(pidsBelow)];
}

async function removeCgroup(folder: string): Promise<void> {
  if (!existsSync(folder)) return;
  for (const below of subfolders(folder)) await removeCgroup(below);
  for (let tries = 0; ; tries++) {
    try {
      rmdirSync(folder);
      return;
    } catch (error) {
      // The kernel is a moment late in forgetting the processes that were in it.
      if (tries > 50) throw error;
      await sleep(50);
    }
  }
}

const subfolders = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(folder, name));

/** Mounts below the cluster's folders, the innermost first. */
const mounts = (): string[] =>
  read("/proc/self/mountinfo")
    .split("\n")
    .map((line) => line.split(" ")[4] ?? "")
    .filter((path) => [plan.run, plan.state].some((root) => path.startsWith(`${root}/`)))
    .reverse();

const commandLine = (pid: number): string => read(`/proc/${pid}/cmdline`);

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return ""; // gone in between
  }
}
