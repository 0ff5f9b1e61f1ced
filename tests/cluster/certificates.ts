import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { apiServer, plan } from "./plan.ts";
import { run } from "./shell.ts";

const folder = join(plan.state, "pki");
export const pki = (file: string): string => join(folder, file);

/** Who has a certificate: the name that the API server knows it by, and the names it answers to. */
const identities: Readonly<Record<string, { subject: string; names?: readonly string[] }>> = {
  apiserver: {
    subject: "/CN=kube-apiserver",
    names: [
      ...[`IP:${plan.nodeAddress}`, `IP:${plan.firstService}`, "IP:127.0.0.1"],
      ...["DNS:kubernetes", "DNS:kubernetes.default", "DNS:kubernetes.default.svc"],
    ],
  },
  "kubelet-client": { subject: "/O=system:masters/CN=apiserver-kubelet-client" },
  admin: { subject: "/O=system:masters/CN=admin" },
  "controller-manager": { subject: "/CN=system:kube-controller-manager" },
  scheduler: { subject: "/CN=system:kube-scheduler" },
  proxy: { subject: "/CN=system:kube-proxy" },
  kubelet: {
    subject: `/O=system:nodes/CN=system:node:${plan.nodeName}`,
    names: [`IP:${plan.nodeAddress}`, `DNS:${plan.nodeName}`],
  },
};

/** Makes the cluster's authority, a certificate for each of its programs, and their kubeconfigs. */
export function makeCertificates(): void {
  if (existsSync(pki("done"))) return;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  key("ca");
  const authority = ["-subj", "/CN=todo-cluster", "-days", "3650", "-out", pki("ca.crt")];
  run("openssl", ["req", "-x509", "-new", "-key", pki("ca.key"), ...authority]);
  key("accounts");
  run("openssl", ["ec", "-in", pki("accounts.key"), "-pubout", "-out", pki("accounts.pub")]);
  for (const [name, { subject, names }] of Object.entries(identities)) {
    certify(name, subject, names ?? []);
    writeFileSync(pki(`${name}.kubeconfig`), kubeconfigOf(name), { mode: 0o600 });
  }
  writeFileSync(pki("done"), "");
}

function certify(name: string, subject: string, names: readonly string[]): void {
  key(name);
  const request = run("openssl", ["req", "-new", "-key", pki(`${name}.key`), "-subj", subject]);
  const extensions = [
    "basicConstraints=CA:FALSE",
    "extendedKeyUsage=clientAuth,serverAuth",
    ...(names.length > 0 ? [`subjectAltName=${names.join(",")}`] : []),
  ];
  writeFileSync(pki(`${name}.ext`), extensions.join("\n"));
  const signed = ["-CA", pki("ca.crt"), "-CAkey", pki("ca.key"), "-CAcreateserial"];
  const kept = ["-days", "3650", "-extfile", pki(`${name}.ext`), "-out", pki(`${name}.crt`)];
  run("openssl", ["x509", "-req", ...signed, ...kept], request);
}

const key = (name: string): void => {
  const curve = ["-name", "prime256v1", "-genkey", "-noout", "-out", pki(`${name}.key`)];
  run("openssl", ["ecparam", ...curve]);
};

/** A kubeconfig with everything inside. */
export function kubeconfigOf(name: string): string {
  const content = (file: string): string => readFileSync(pki(file)).toString("base64");
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "todo-cluster",
    clusters: [
      {
        name: "todo-cluster",
        cluster: { server: apiServer, "certificate-authority-data": content("ca.crt") },
      },
    ],
    users: [
      {
        name,
        user: {
          "client-certificate-data": content(`${name}.crt`),
          "client-key-data": content(`${name}.key`),
        },
      },
    ],
    contexts: [{ name: "todo-cluster", context: { cluster: "todo-cluster", user: name } }],
  });
}
