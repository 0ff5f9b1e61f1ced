import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { pki } from "./certificates.ts";
import { containerdSocket, plan } from "./plan.ts";
import type { Daemon } from "./processes.ts";
import { succeeds } from "./shell.ts";

const settings = (file: string): string => join(plan.state, file);
export const pauseImage = "localhost/pause:1.0.0";

/** The programs that run pods on the one node. */
export const node = (bin: string): Daemon[] => [
  {
    name: "containerd",
    command: ["containerd", "--config", settings("containerd.toml")],
    ready: () => succeeds("ctr", ["--address", containerdSocket, "version"]),
  },
  {
    name: "kubelet",
    command: [
      join(bin, "kubelet"),
      `--config=${settings("kubelet.yaml")}`,
      `--kubeconfig=${pki("kubelet.kubeconfig")}`,
      `--root-dir=${settings("kubelet")}`,
      `--hostname-override=${plan.nodeName}`,
      `--node-ip=${plan.nodeAddress}`,
    ],
    ready: () => true,
  },
  {
    name: "kube-proxy",
    command: [join(bin, "kube-proxy"), `--config=${settings("proxy.yaml")}`],
    ready: () => true,
  },
];

/** Writes what these programs read, and makes the control groups of the pods. */
export function configureNode(): void {
  for (const folder of [plan.state, plan.run, settings("cni"), settings("volumes")]) {
    mkdirSync(folder, { recursive: true });
  }
  writeFileSync(settings("containerd.toml"), containerdSettings);
  writeFileSync(settings("cni/10-bridge.conflist"), JSON.stringify(bridge));
  writeFileSync(settings("kubelet.yaml"), stringify(kubelet));
  writeFileSync(settings("proxy.yaml"), stringify(proxy));
  // Names of the cluster are all there is to look up: no other name server is asked.
  writeFileSync(settings("resolv.conf"), `nameserver ${plan.hostAddress}\n`);
  for (const folder of cgroupFolders()) mkdirSync(folder, { recursive: true });
}

/** The pods' control group in every hierarchy: one of version 2, or those of version 1. */
export const cgroupFolders = (): string[] =>
  existsSync("/sys/fs/cgroup/cgroup.controllers")
    ? [join("/sys/fs/cgroup", plan.cgroup)]
    : readdirSync("/sys/fs/cgroup").map((name) => join("/sys/fs/cgroup", name, plan.cgroup));

const containerdSettings = `version = 2
root = "${settings("containerd")}"
state = "${join(plan.run, "containerd")}"
[grpc]
  address = "${containerdSocket}"
[ttrpc]
  address = "${containerdSocket}.ttrpc"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${pauseImage}"
  # A machine inside another one may neither lower this score nor use AppArmor.
  restrict_oom_score_adj = true
  disable_apparmor = true
  # Together with everything else that \`down\` unmounts.
  netns_mounts_under_state_dir = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "${settings("cni")}"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
    Root = "${join(plan.run, "runc")}"
`;

const bridge = {
  cniVersion: "0.4.0",
  // In the names of files that the plugins keep elsewhere: by it they are found again.
  name: plan.netns,
  plugins: [
    {
      type: "bridge",
      bridge: "todo0",
      isDefaultGateway: true,
      ipMasq: false,
      hairpinMode: true,
      ipam: {
        type: "host-local",
        dataDir: settings("cni-addresses"),
        ranges: [[{ subnet: `${plan.pods.split(".").slice(0, 3).join(".")}.0/24` }]],
      },
    },
    { type: "portmap", capabilities: { portMappings: true } },
  ],
};

const kubelet = {
  apiVersion: "kubelet.config.k8s.io/v1beta1",
  kind: "KubeletConfiguration",
  failCgroupV1: false,
  cgroupDriver: "cgroupfs",
  cgroupRoot: `/${plan.cgroup}`,
  containerRuntimeEndpoint: `unix://${containerdSocket}`,
  address: plan.nodeAddress,
  healthzBindAddress: "127.0.0.1",
  authentication: {
    anonymous: { enabled: false },
    webhook: { enabled: true },
    x509: { clientCAFile: pki("ca.crt") },
  },
  authorization: { mode: "Webhook" },
  tlsCertFile: pki("kubelet.crt"),
  tlsPrivateKeyFile: pki("kubelet.key"),
  clusterDNS: [plan.dns],
  clusterDomain: "cluster.local",
  podLogsDir: settings("pod-logs"),
  resolvConf: settings("resolv.conf"),
  failSwapOn: false,
  // The disk is the machine's and not ours to keep free, and no image can be fetched again.
  evictionHard: {
    "memory.available": "100Mi",
    "nodefs.available": "1%",
    "imagefs.available": "1%",
  },
  imageGCHighThresholdPercent: 100,
};

const proxy = {
  apiVersion: "kubeproxy.config.k8s.io/v1alpha1",
  kind: "KubeProxyConfiguration",
  mode: "nftables",
  clusterCIDR: plan.pods,
  bindAddress: plan.nodeAddress,
  clientConnection: { kubeconfig: pki("proxy.kubeconfig") },
  hostnameOverride: plan.nodeName,
  // It may not write these settings of the kernel from within a namespace.
  conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: "0s", tcpCloseWaitTimeout: "0s" },
};
