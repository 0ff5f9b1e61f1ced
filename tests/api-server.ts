import { type ChildProcess, spawn } from "node:child_process";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { mkdirSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { request } from "node:https";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** The two programs of an API server, as paths. */
export type ApiServerPrograms = { readonly apiServer: string; readonly etcd: string };

/** A running API server: its address, who may do everything there, and how to end it. */
export type ApiServer = {
  /** `https://127.0.0.1:<port>` */
  readonly url: string;
  readonly token: string;
  /** The certificate that it shows (PEM). */
  readonly certificate: string;
  /** Path of a kubeconfig with all three; its context is `test`. */
  readonly kubeconfig: string;
  /** Ends both programs and waits until they are gone; the folder stays. */
  readonly stop: () => Promise<void>;
};

/**
 * Starts etcd and kube-apiserver, and nothing that acts on objects, on free ports of 127.0.0.1.
 * Everything they write is below `folder`; both die with this process.
 * @throws with the end of the log of the one that did not come up
 */
export async function startApiServer(
  folder: string,
  programs: ApiServerPrograms,
): Promise<ApiServer> {
  const settings = writeSettings(folder);
  const [clientPort, peerPort, port] = (await freePorts(3)) as [number, number, number];
  const etcd = launch(folder, "etcd", programs.etcd, etcdFlags(folder, clientPort, peerPort));
  const server = launch(
    folder,
    "kube-apiserver",
    programs.apiServer,
    serverFlags(folder, clientPort, port),
  );
  const stop = async (): Promise<void> => {
    // etcd last: without it the other one would take a minute to end.
    await server.end();
    await etcd.end();
  };
  const url = `https://127.0.0.1:${port}`;
  try {
    const certificate = await untilReady(folder, url, settings.token, [etcd, server]);
    const kubeconfig = join(folder, "kubeconfig");
    writeFileSync(kubeconfig, kubeconfigOf(url, settings.token, certificate), { mode: 0o600 });
    return { url, token: settings.token, certificate, kubeconfig, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Makes what the API server reads: a token that may do everything, and a key for accounts. */
function writeSettings(folder: string): { readonly token: string } {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const token = randomBytes(24).toString("hex");
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const key = privateKey.export({ type: "pkcs1", format: "pem" });
  writeFileSync(join(folder, "accounts.key"), key, { mode: 0o600 });
  const user = `${token},test,test,system:masters\n`;
  writeFileSync(join(folder, "tokens.csv"), user, { mode: 0o600 });
  return { token };
}

const etcdFlags = (folder: string, clientPort: number, peerPort: number): string[] => {
  const peer = `http://127.0.0.1:${peerPort}`;
  const client = `http://127.0.0.1:${clientPort}`;
  return [
    ...["--name", "test", "--data-dir", join(folder, "etcd")],
    ...["--listen-client-urls", client, "--advertise-client-urls", client],
    ...["--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer],
    ...["--initial-cluster", `test=${peer}`],
    // Nothing is to survive a power cut.
    "--unsafe-no-fsync",
  ];
};

const serverFlags = (folder: string, etcdPort: number, port: number): string[] => [
  `--etcd-servers=http://127.0.0.1:${etcdPort}`,
  "--bind-address=127.0.0.1",
  "--advertise-address=127.0.0.1",
  // Loopback is no address for pods, and there are none.
  "--endpoint-reconciler-type=none",
  `--secure-port=${port}`,
  `--cert-dir=${join(folder, "certificates")}`,
  `--token-auth-file=${join(folder, "tokens.csv")}`,
  "--authorization-mode=RBAC",
  "--service-account-issuer=https://kubernetes.default.svc",
  `--service-account-key-file=${join(folder, "accounts.key")}`,
  `--service-account-signing-key-file=${join(folder, "accounts.key")}`,
  "--service-cluster-ip-range=10.96.0.0/16",
  "--allow-privileged=true",
];

type Launched = {
  readonly name: string;
  readonly process: ChildProcess;
  readonly end: () => Promise<void>;
};

function launch(folder: string, name: string, path: string, flags: readonly string[]): Launched {
  const log = openSync(join(folder, `${name}.log`), "a");
  const child = spawn(path, flags, { cwd: folder, stdio: ["ignore", log, log] });
  const gone = new Promise<void>((settle) => {
    child.once("exit", () => settle());
    child.once("error", ({ message }) => {
      writeSync(log, `${message}\n`);
      settle();
    });
  });
  const kill = (): boolean => child.kill("SIGKILL");
  process.once("exit", kill);
  const end = async (): Promise<void> => {
    child.kill("SIGTERM");
    const timer = setTimeout(kill, 5_000);
    await gone;
    clearTimeout(timer);
    process.off("exit", kill);
  };
  return { name, process: child, end };
}

/** Waits until the server says that it is ready and answers the certificate that it made. */
async function untilReady(
  folder: string,
  url: string,
  token: string,
  programs: readonly Launched[],
): Promise<string> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    await sleep(100);
    const dead = programs.find(({ process: { exitCode, signalCode, pid } }) =>
      pid === undefined ? true : exitCode !== null || signalCode !== null,
    );
    if (dead || Date.now() > deadline) {
      const { name } = dead ?? (programs.at(-1) as Launched);
      const log = readFileSync(join(folder, `${name}.log`), "utf8")
        .split("\n")
        .slice(-15);
      throw new Error(`${name} ${dead ? "ended" : "is not ready"}:\n${log.join("\n")}`);
    }
    if (await isReady(url, token)) {
      return readFileSync(join(folder, "certificates", "apiserver.crt"), "utf8");
    }
  }
}

const isReady = (url: string, token: string): Promise<boolean> =>
  new Promise((settle) => {
    // Before it is up nobody knows the certificate; nothing but a token for this test goes over.
    const options = { headers: { authorization: `Bearer ${token}` }, rejectUnauthorized: false };
    const call = request(`${url}/readyz`, options, (answer) => {
      answer.resume();
      settle(answer.statusCode === 200);
    });
    call.once("error", () => settle(false));
    call.end();
  });

const kubeconfigOf = (url: string, token: string, certificate: string): string =>
  JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "test",
    contexts: [{ name: "test", context: { cluster: "test", user: "test" } }],
    users: [{ name: "test", user: { token } }],
    clusters: [
      {
        name: "test",
        cluster: {
          server: url,
          "certificate-authority-data": Buffer.from(certificate).toString("base64"),
        },
      },
    ],
  });

/** Ports that nobody listens on; all are held until the last one is known. */
async function freePorts(count: number): Promise<number[]> {
  const holders = await Promise.all(
    Array.from({ length: count }, async () => {
      const holder = createServer();
      await new Promise<void>((settle, fail) => {
        holder.once("error", fail);
        holder.listen(0, "127.0.0.1", settle);
      });
      return holder;
    }),
  );
  const ports = holders.map((holder) => (holder.address() as { port: number }).port);
  await Promise.all(holders.map((holder) => new Promise((settle) => holder.close(settle))));
  return ports;
}
