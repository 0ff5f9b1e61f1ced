import { existsSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { join } from "node:path";
import { allProcesses } from "#infra/host/provider/proc.ts";
import { plan } from "./plan.ts";

/** Folders whose place containerd, its plugins and kubelet do not let one choose. */
const cniResults = "/var/lib/cni/results";
const containerLogs = "/var/log/containers";
const kubeletFolder = "/var/lib/kubelet";
const tasks = join(plan.run, "containerd", "io.containerd.runtime.v2.task", "k8s.io");

/** What the cluster has outside its own folders; to be asked before those are removed. */
export function filesElsewhere(): string[] {
  const ids = list(tasks);
  const sockets = ids
    .map((id) => read(join(tasks, id, "address")).replace("unix://", ""))
    .filter((path) => path.startsWith("/run/containerd/"));
  const results = list(cniResults)
    .filter((name) => name.startsWith(`${plan.netns}-`) || ids.some((id) => name.includes(id)))
    .map((name) => join(cniResults, name));
  const links = list(containerLogs)
    .map((name) => join(containerLogs, name))
    .filter((link) => readlinkSync(link).startsWith(`${plan.state}/`));
  // One socket for all kubelets of a machine: it goes with the last of them.
  const shared = isAnyKubelet() ? [] : [join(kubeletFolder, "device-plugins")];
  return [...sockets, ...results, ...links, ...shared].filter(existsSyncOrLink);
}

export function removeFiles(paths: readonly string[]): void {
  for (const path of paths) rmSync(path, { recursive: true, force: true });
}

const isAnyKubelet = (): boolean =>
  allProcesses().some(({ pid }) => read(`/proc/${pid}/comm`).trim() === "kubelet");

function existsSyncOrLink(path: string): boolean {
  try {
    readlinkSync(path);
    return true;
  } catch {
    return existsSync(path);
  }
}

const list = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder) : []);

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
