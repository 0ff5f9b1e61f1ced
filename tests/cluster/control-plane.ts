import { readFileSync } from "node:fs";
import { request } from "node:https";
import { connect } from "node:net";
import { join } from "node:path";
import { pki } from "./certificates.ts";
import { apiServer, plan } from "./plan.ts";
import type { Daemon } from "./processes.ts";

const etcd = "http://127.0.0.1:2379";

/** The programs that keep and rule the objects of the cluster, in the order they start in. */
export const controlPlane = (bin: string): Daemon[] => [
  {
    name: "etcd",
    command: [
      ...["etcd", "--data-dir", join(plan.state, "etcd"), "--logger=zap", "--log-level=warn"],
      // A cluster for tests: what a power cut would take is made anew.
      "--unsafe-no-fsync",
      ...["--listen-client-urls", etcd, "--advertise-client-urls", etcd],
      ...["--listen-peer-urls", "http://127.0.0.1:2380"],
    ],
    ready: () => true,
  },
  {
    name: "kube-apiserver",
    command: [
      join(bin, "kube-apiserver"),
      `--etcd-servers=${etcd}`,
      `--bind-address=${plan.nodeAddress}`,
      `--advertise-address=${plan.nodeAddress}`,
      `--secure-port=${plan.apiPort}`,
      `--service-cluster-ip-range=${plan.services}`,
      ...[`--tls-cert-file=${pki("apiserver.crt")}`],
      ...[`--tls-private-key-file=${pki("apiserver.key")}`, `--client-ca-file=${pki("ca.crt")}`],
      `--service-account-key-file=${pki("accounts.pub")}`,
      `--service-account-signing-key-file=${pki("accounts.key")}`,
      "--service-account-issuer=https://kubernetes.default.svc",
      "--authorization-mode=Node,RBAC",
      "--enable-admission-plugins=NodeRestriction",
      `--kubelet-client-certificate=${pki("kubelet-client.crt")}`,
      `--kubelet-client-key=${pki("kubelet-client.key")}`,
      `--kubelet-certificate-authority=${pki("ca.crt")}`,
      "--kubelet-preferred-address-types=InternalIP",
      "--allow-privileged=true",
    ],
    ready: isApiReady,
  },
  {
    // Without its garbage collector deletes of objects that own others would never end.
    name: "kube-controller-manager",
    command: [
      join(bin, "kube-controller-manager"),
      `--kubeconfig=${pki("controller-manager.kubeconfig")}`,
      `--service-account-private-key-file=${pki("accounts.key")}`,
      `--root-ca-file=${pki("ca.crt")}`,
      "--use-service-account-credentials=true",
      ...["--allocate-node-cidrs=true", `--cluster-cidr=${plan.pods}`],
      `--service-cluster-ip-range=${plan.services}`,
      ...["--leader-elect=false", "--bind-address=127.0.0.1"],
    ],
    ready: () => true,
  },
  {
    name: "kube-scheduler",
    command: [
      join(bin, "kube-scheduler"),
      `--kubeconfig=${pki("scheduler.kubeconfig")}`,
      ...["--leader-elect=false", "--bind-address=127.0.0.1"],
    ],
    ready: () => true,
  },
];

/** Whether the API server answers, and has made what it makes at its first start. */
function isApiReady(): Promise<boolean> {
  return new Promise((resolve) => {
    const call = request(
      `${apiServer}/readyz`,
      {
        ca: readFileSync(pki("ca.crt")),
        cert: readFileSync(pki("admin.crt")),
        key: readFileSync(pki("admin.key")),
        timeout: 2_000,
      },
      (response) => {
        response.resume();
        resolve(response.statusCode === 200);
      },
    );
    call.on("error", () => resolve(false));
    call.on("timeout", () => call.destroy());
    call.end();
  });
}

/** Whether somebody listens at a port of the node. */
export const listens = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host: plan.nodeAddress, port, timeout: 1_000 });
    const end = (is: boolean) => {
      socket.destroy();
      resolve(is);
    };
    socket.once("connect", () => end(true));
    socket.once("error", () => end(false));
    socket.once("timeout", () => end(false));
  });
