import { createHash } from "node:crypto";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const clone = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");

const id = createHash("sha256").update(clone).digest("hex").slice(0, 8);
// One /16 for each clone, from the part of 10/8 that neither clouds nor Docker hand out first.
const block = `10.${100 + (Number.parseInt(id, 16) % 100)}`;

/** Everything that has a name or an address, by the clone: two clones have a cluster each. */
export const plan = {
  id,
  /** Network namespace, and the pair of interfaces that joins it to the host. */
  netns: `todo-${id}`,
  hostLink: `todo-h-${id}`,
  nodeLink: `todo-n-${id}`,
  hostAddress: `${block}.0.1`,
  nodeAddress: `${block}.0.2`,
  nodeNetwork: `${block}.0.0/24`,
  pods: `${block}.64.0/18`,
  services: `${block}.128.0/18`,
  firstService: `${block}.128.1`,
  dns: `${block}.128.10`,
  apiPort: 6443,
  kafkaPort: 9092,
  kafkaControllerPort: 9093,
  postgresPort: 5432,
  mailPort: 1025,
  mailPagePort: 8025,
  nodeName: "node",
  /** Data and settings; not below the clone, where PostgreSQL's user might not get to. */
  state: `/var/tmp/todo-cluster-${id}`,
  /** Sockets, whose paths may not be long, and mounts of containers. */
  run: `/run/todo-cluster-${id}`,
  /** Where all processes of pods are, in every hierarchy of control groups. */
  cgroup: `todo-cluster-${id}`,
  /** What others read: the kubeconfig, and `cluster.json`. */
  folder: join(clone, ".local", "cluster"),
} as const;

export const apiServer = `https://${plan.nodeAddress}:${plan.apiPort}`;
export const containerdSocket = join(plan.run, "containerd.sock");
export const kubeconfigFile = join(plan.folder, "kubeconfig");
export const descriptionFile = join(plan.folder, "cluster.json");
