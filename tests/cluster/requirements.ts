import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Programs that come with the distribution, and Debian's package of each. */
const programs: Readonly<Record<string, string>> = {
  etcd: "etcd-server",
  containerd: "containerd",
  ctr: "containerd",
  runc: "runc",
  buildah: "buildah",
  nft: "nftables",
  conntrack: "conntrack",
  ip: "iproute2",
  nsenter: "util-linux",
  mount: "mount",
  openssl: "openssl",
  setpriv: "util-linux",
  sysctl: "procps",
};
const files: Readonly<Record<string, string>> = {
  "/usr/lib/cni/bridge": "containernetworking-plugins",
  "/bin/busybox": "busybox-static",
};

/** What is missing on this machine, a sentence each, and the packages that would mend it. */
export function missing(): { readonly faults: string[]; readonly packages: string[] } {
  const lacking = [
    ...Object.entries(programs).filter(([name]) => !isOnPath(name)),
    ...Object.entries(files).filter(([path]) => !existsSync(path)),
  ];
  const packages = [...new Set(lacking.map(([, name]) => name))].sort();
  const faults = lacking.map(([name, from]) => `${name} is missing (Debian: ${from})`);
  if (process.getuid?.() !== 0) {
    faults.push("a cluster makes network namespaces, mounts and control groups: run it as root");
  }
  if (!readFileSync("/proc/filesystems", "utf8").includes("overlay")) {
    faults.push("the kernel has no overlay file system: modprobe overlay");
  }
  if (!existsSync("/sys/fs/cgroup/memory") && !existsSync("/sys/fs/cgroup/cgroup.controllers")) {
    faults.push("no control groups are mounted at /sys/fs/cgroup");
  }
  return { faults, packages };
}

/** Installs packages of Debian; the exit code of apt-get. */
export function install(packages: readonly string[]): number {
  const apt = (...args: string[]) =>
    spawnSync("apt-get", ["-q", "-y", ...args], {
      stdio: ["ignore", "inherit", "inherit"],
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    }).status ?? 1;
  return apt("update") || apt("install", "--no-install-recommends", ...packages);
}

const isOnPath = (name: string): boolean =>
  `${process.env.PATH ?? ""}${delimiter}/usr/sbin${delimiter}/sbin`
    .split(delimiter)
    .some((folder) => existsSync(join(folder, name)));
