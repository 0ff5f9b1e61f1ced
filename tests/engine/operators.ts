import type { Cluster } from "./kubernetes/cluster.ts";
import type { KubeObject } from "./kubernetes/objects.ts";

/** What an operator does that a program can see, by the group of its custom resources. */
type Operator = {
  /** It acts only while this Deployment is ready. */
  readonly namespace: string;
  /** Kinds that it holds back until it has cleaned up after them. */
  readonly finalizers: Readonly<Record<string, string>>;
};

const operators: Readonly<Record<string, Operator>> = {
  "kafka.strimzi.io": {
    namespace: "strimzi-system",
    finalizers: { KafkaTopic: "strimzi.io/topic-operator" },
  },
  "cluster.redpanda.com": {
    namespace: "redpanda-system",
    finalizers: {
      Redpanda: "operator.redpanda.com/finalizer",
      Topic: "operator.redpanda.com/finalizer",
      User: "operator.redpanda.com/finalizer",
    },
  },
  "keda.sh": { namespace: "keda", finalizers: { ScaledObject: "finalizer.keda.sh" } },
  "postgresql.cnpg.io": { namespace: "cnpg-system", finalizers: {} },
  "cert-manager.io": { namespace: "cert-manager", finalizers: {} },
  "external-secrets.io": { namespace: "external-secrets", finalizers: {} },
  "gateway.networking.k8s.io": {
    namespace: "envoy-gateway-system",
    finalizers: { GatewayClass: "gateway-exists-finalizer.gateway.networking.k8s.io" },
  },
  // Of the small program of lifecycle.engine.ts.
  "example.todo-evolution": {
    namespace: "example-system",
    finalizers: { Widget: "todo-evolution/held" },
  },
};

/** Lets every operator that runs look once at all of its objects. */
export async function actAsOperators(cluster: Cluster): Promise<void> {
  const definitions = await list(
    cluster,
    "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
  );
  const groups = new Set(definitions.map(({ spec }) => spec.group as string));
  for (const group of groups) {
    const operator = operators[group];
    if (!operator || !(await isRunning(cluster, operator))) continue;
    const own = definitions.filter(({ spec }) => spec.group === group);
    await Promise.all(own.map((definition) => seeTo(cluster, operator, definition)));
  }
}

async function isRunning(cluster: Cluster, { namespace }: Operator): Promise<boolean> {
  const deployments = await list(cluster, `/apis/apps/v1/namespaces/${namespace}/deployments`);
  return deployments.some(({ status }) => (status?.readyReplicas ?? 0) > 0);
}

type Version = {
  readonly name: string;
  readonly storage: boolean;
  readonly subresources?: { readonly status?: object };
};

async function seeTo(
  cluster: Cluster,
  { finalizers }: Operator,
  { spec }: KubeObject,
): Promise<void> {
  const version = (spec.versions as Version[]).find(({ storage }) => storage) as Version;
  const root = `/apis/${spec.group}/${version.name}`;
  const finalizer = finalizers[spec.names.kind];
  for (const object of await list(cluster, `${root}/${spec.names.plural}`)) {
    const { namespace, name } = object.metadata ?? {};
    const inside = namespace ? `/namespaces/${namespace}` : "";
    const path = `${root}${inside}/${spec.names.plural}/${name}`;
    const of = { cluster, path, object };
    if (finalizer) await hold(of, finalizer);
    if (!object.metadata?.deletionTimestamp) await answer(of, version);
  }
}

type Of = { readonly cluster: Cluster; readonly path: string; readonly object: KubeObject };

async function hold({ cluster, path, object }: Of, finalizer: string): Promise<void> {
  const { finalizers = [], deletionTimestamp } = object.metadata ?? {};
  const isHeld = finalizers.includes(finalizer);
  if (isHeld !== Boolean(deletionTimestamp)) return;
  const left = finalizers.filter((one) => one !== finalizer);
  await merge(cluster, path, { metadata: { finalizers: isHeld ? left : [...left, finalizer] } });
}

/** Makes true what the object says that the program waits for. */
async function answer({ cluster, path, object }: Of, version: Version): Promise<void> {
  const wanted = object.metadata?.annotations?.["pulumi.com/waitFor"];
  const generation = object.metadata?.generation;
  const { status } = object;
  if (wanted === undefined || (status && status.observedGeneration === generation)) return;
  const told = { ...statusFor(wanted), observedGeneration: generation };
  const place = version.subresources?.status ? `${path}/status` : path;
  await merge(cluster, place, { status: told });
}

/** `condition=Ready` or `jsonpath={.status.applied}=true`, as the status that fulfils it. */
function statusFor(wanted: string): object {
  const [, field, value] = /^jsonpath=\{\.status\.(\w+)\}=(\w+)/.exec(wanted) ?? [];
  if (field && value) return { [field]: value === "true" ? true : value };
  const [, type] = /^condition=([^=]+)/.exec(wanted) ?? [];
  if (!type) throw new Error(`nobody here can fulfil ${wanted}`);
  const condition = {
    ...{ type, status: "True", reason: "Done", message: "" },
    lastTransitionTime: new Date().toISOString(),
  };
  return { conditions: [condition] };
}

const merge = (cluster: Cluster, path: string, body: object) =>
  cluster.ask(path, { method: "PATCH", contentType: "application/merge-patch+json", body });

async function list(cluster: Cluster, path: string): Promise<KubeObject[]> {
  const { status, body } = await cluster.ask(path);
  return status === 200 ? ((body.items ?? []) as KubeObject[]) : [];
}
