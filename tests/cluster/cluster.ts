import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { KubeConfig, KubernetesObjectApi, PatchStrategy } from "@kubernetes/client-node";
import { Refusal } from "#commands/run.ts";
import { clusterPrograms } from "#toolchain/cluster-programs.ts";
import { ensurePrograms } from "#toolchain/ensure.ts";
import { addons, busyboxImage, corednsImage, provisionerImage } from "./addons.ts";
import { kafka, kafkaAdmin, mail, postgres, postgresAdmin } from "./backing.ts";
import { kubeconfigOf, makeCertificates } from "./certificates.ts";
import { controlPlane } from "./control-plane.ts";
import { imagesOnNode, importScratch, librariesOf, type ScratchImage } from "./images.ts";
import { makeNetwork } from "./network.ts";
import { configureNode, node, pauseImage } from "./node.ts";
import { apiServer, descriptionFile, kubeconfigFile, plan } from "./plan.ts";
import { ensure } from "./processes.ts";

/** What stands, for whoever uses it. The file with it is for this user alone. */
export type ClusterDescription = {
  readonly kubeconfig: string;
  readonly context: string;
  readonly apiServer: string;
  readonly nodeAddress: string;
  readonly kafka: { brokers: string[]; mechanism: string; username: string; password: string };
  readonly postgres: { host: string; port: number; username: string; password: string };
  /** Where mail is taken, and where it is shown. */
  readonly mail: { readonly host: string; readonly port: number; readonly url: string };
  /** Dapr's images, by the registry and tag of its chart. */
  readonly dapr: { readonly registry: string; readonly tag: string };
  readonly redisImage: string;
};

const programs = [
  "java",
  ...(["kubernetes", "pause", "coredns", "local-path-provisioner", "helm"] as const),
  ...(["dapr-control-plane", "daprd", "kafka", "postgres", "redis-server"] as const),
] as const;

const dapr = { registry: "localhost/dapr", tag: clusterPrograms["dapr-control-plane"].version };
const redisImage = "localhost/redis:6.2";
const nodeReadyMs = 60_000;

type Step = (name: string, work: () => unknown | Promise<unknown>) => Promise<void>;

/** Brings the cluster up, or what of it is missing. Safe to run again at any moment. */
export async function up(step: Step): Promise<ClusterDescription> {
  const found = await ensurePrograms([...programs]);
  const bin = found.kubernetes.path;
  mkdirSync(plan.state, { recursive: true });
  // PostgreSQL's own user must get to its data below, whatever the umask.
  chmodSync(plan.state, 0o755);
  await step("network", makeNetwork);
  await step("certificates", makeCertificates);
  configureNode();
  for (const daemon of controlPlane(bin)) await step(daemon.name, () => ensure(daemon));
  const [containerd, ...rest] = node(bin);
  if (containerd) await step(containerd.name, () => ensure(containerd));
  const paths = Object.fromEntries(Object.values(found).map(({ name, path }) => [name, path]));
  await step("images", () => importMissing(imagesOf(paths)));
  for (const daemon of rest) await step(daemon.name, () => ensure(daemon));
  await step("names and volumes", applyAddons);
  await step("kafka", () => ensure(kafka(found.kafka.path, found.java.path)));
  await step("postgres", () => ensure(postgres(found.postgres.path)));
  await step("mail", () => ensure(mail()));
  await step("node and names are ready", untilReady);
  const description = describe();
  mkdirSync(plan.folder, { recursive: true });
  writeFileSync(kubeconfigFile, kubeconfigOf("admin"), { mode: 0o600 });
  writeFileSync(descriptionFile, JSON.stringify(description, null, 2), { mode: 0o600 });
  return description;
}

/** The cluster as `up` left it. Throws a Refusal with the remedy when there is none. */
export function describeCluster(): ClusterDescription {
  if (!existsSync(descriptionFile)) {
    throw new Refusal("there is no cluster: make one with `npm run cluster -- up`");
  }
  return JSON.parse(readFileSync(descriptionFile, "utf8"));
}

export function forgetDescription(): void {
  rmSync(plan.folder, { recursive: true, force: true });
}

const describe = (): ClusterDescription => ({
  kubeconfig: kubeconfigFile,
  context: "todo-cluster",
  apiServer,
  nodeAddress: plan.nodeAddress,
  kafka: {
    brokers: [`${plan.nodeAddress}:${plan.kafkaPort}`],
    mechanism: "SCRAM-SHA-512",
    ...kafkaAdmin(),
  },
  postgres: { host: plan.nodeAddress, port: plan.postgresPort, ...postgresAdmin() },
  mail: {
    host: plan.nodeAddress,
    port: plan.mailPort,
    url: `http://${plan.nodeAddress}:${plan.mailPagePort}`,
  },
  dapr,
  redisImage,
});

/** Every image that nobody else brings, of programs built on this machine. */
function imagesOf(paths: Readonly<Record<string, string>>): ScratchImage[] {
  const controlPlane = ["operator", "injector", "sentry", "scheduler", "placement"];
  return [
    { reference: pauseImage, files: { "/pause": `${paths.pause}` }, user: "65535:65535" },
    { reference: corednsImage, files: { "/coredns": `${paths.coredns}` } },
    {
      reference: provisionerImage,
      files: { "/local-path-provisioner": `${paths["local-path-provisioner"]}` },
    },
    {
      reference: busyboxImage,
      files: Object.fromEntries(
        ["sh", "mkdir", "rm", "sleep"].map((name) => [`/bin/${name}`, "/bin/busybox"]),
      ),
      user: "0:0",
    },
    ...controlPlane.map((name) => ({
      reference: `${dapr.registry}/${name}:${dapr.tag}`,
      files: { [`/${name}`]: `${paths["dapr-control-plane"]}/${name}` },
    })),
    {
      reference: `${dapr.registry}/daprd:${dapr.tag}`,
      files: { "/daprd": `${paths.daprd}` },
    },
    {
      reference: redisImage,
      files: {
        "/usr/local/bin/redis-server": `${paths["redis-server"]}`,
        ...librariesOf(`${paths["redis-server"]}`),
      },
    },
  ];
}

function importMissing(images: readonly ScratchImage[]): void {
  const there = new Set(imagesOnNode());
  for (const image of images) if (!there.has(image.reference)) importScratch(image);
}

function objects(): KubernetesObjectApi {
  const config = new KubeConfig();
  config.loadFromString(kubeconfigOf("admin"));
  return KubernetesObjectApi.makeApiClient(config);
}

async function applyAddons(): Promise<void> {
  const api = objects();
  for (const manifest of addons) {
    await api.patch(
      manifest as Parameters<typeof api.patch>[0],
      undefined,
      undefined,
      "todo-cluster",
      true,
      PatchStrategy.ServerSideApply,
    );
  }
}

async function untilReady(): Promise<void> {
  const api = objects();
  const until = Date.now() + nodeReadyMs;
  for (;;) {
    const state = await unready(api);
    if (!state) return;
    if (Date.now() > until) throw new Refusal(`not ready: ${state}`);
    await sleep(300);
  }
}

async function unready(api: KubernetesObjectApi): Promise<string | undefined> {
  // biome-ignore lint/suspicious/noExplicitAny: only two fields of each are looked at
  const read = async (it: object): Promise<any> => api.read(it as never).catch(() => undefined);
  const found = await read({ apiVersion: "v1", kind: "Node", metadata: { name: plan.nodeName } });
  const ready = found?.status?.conditions?.find(({ type }: { type: string }) => type === "Ready");
  if (ready?.status !== "True") return `node: ${ready?.message ?? "not registered"}`;
  for (const [namespace, name] of [
    ["kube-system", "coredns"],
    ["local-path-storage", "local-path-provisioner"],
  ]) {
    const metadata = { name, namespace };
    const deployment = await read({ apiVersion: "apps/v1", kind: "Deployment", metadata });
    if (!deployment?.status?.availableReplicas) return `${name} has no pod that is ready`;
  }
  return undefined;
}
