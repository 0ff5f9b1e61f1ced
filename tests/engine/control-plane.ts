import { type ChildProcess, spawn } from "node:child_process";
import { openSync } from "node:fs";
import { join } from "node:path";
import { Refusal } from "#commands/run.ts";
import { ensurePrograms } from "#toolchain/ensure.ts";
import { executablesOnPath } from "#toolchain/probe.ts";
import { type ApiServer, startApiServer } from "../api-server.ts";
import { openCluster } from "./kubernetes/cluster.ts";
import { startWorld } from "./world.ts";

/** A control plane without nodes: what it takes for objects to come, be seen to and go. */
export type ControlPlane = Omit<ApiServer, "stop"> & {
  readonly stop: () => Promise<void>;
};

/**
 * Those that act on what a stack is made of. The garbage collector and the one of namespaces must
 * be there: without them a deletion that waits for dependents never ends.
 */
const controllers = [
  ...["namespace", "garbage-collector", "serviceaccount", "deployment", "replicaset"],
  ...["statefulset", "daemonset", "job", "disruption", "endpoints", "endpointslice"],
  // It lets go of claims that no pod uses any more.
  "persistentvolumeclaim-protection",
].map((name) => `${name}-controller`);

/**
 * Starts etcd, kube-apiserver and kube-controller-manager on free ports of 127.0.0.1, and what
 * stands for nodes and operators (see world.ts). Everything they write is below `folder`.
 * @throws Refusal where etcd, which no module has, is not on PATH
 */
export async function startControlPlane(folder: string): Promise<ControlPlane> {
  const [etcd] = executablesOnPath("etcd", process.env);
  if (etcd === undefined) {
    throw new Refusal("etcd is not on PATH: install it (Debian, Ubuntu: `etcd-server`).");
  }
  const { kubernetes } = await ensurePrograms(["kubernetes"], { log: () => {} });
  const apiServer = join(kubernetes.path, "kube-apiserver");
  const server = await startApiServer(folder, { apiServer, etcd });
  const manager = startManager(folder, join(kubernetes.path, "kube-controller-manager"), server);
  const world = startWorld(openCluster({ kubeconfig: server.kubeconfig }));
  const stop = async (): Promise<void> => {
    await world.stop();
    await end(manager);
    await server.stop();
  };
  return { ...server, stop };
}

function startManager(folder: string, program: string, { kubeconfig }: ApiServer): ChildProcess {
  const log = openSync(join(folder, "kube-controller-manager.log"), "a");
  const flags = [
    ...["--kubeconfig", kubeconfig],
    `--service-account-private-key-file=${join(folder, "accounts.key")}`,
    `--controllers=${controllers.join(",")}`,
    "--leader-elect=false",
    // It serves nothing that anybody asks for.
    "--secure-port=0",
  ];
  const child = spawn(program, flags, { cwd: folder, stdio: ["ignore", log, log] });
  const kill = (): boolean => child.kill("SIGKILL");
  process.once("exit", kill);
  child.once("exit", () => process.off("exit", kill));
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const gone = new Promise((settle) => child.once("exit", settle));
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), 5_000);
  await gone;
  clearTimeout(timer);
}
