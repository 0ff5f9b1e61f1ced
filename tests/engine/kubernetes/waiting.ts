import { setTimeout as sleep } from "node:timers/promises";
import type { Cluster } from "./cluster.ts";
import { diagnose } from "./diagnosis.ts";
import { annotationOf, describe, type KubeObject } from "./objects.ts";
import { isNotAwaited, type Progress, progressOf } from "./readiness.ts";

/** What every operation gets besides its object. */
export type Context = {
  /** Aborted when the user interrupts the engine. */
  readonly signal: AbortSignal;
  /** Seconds that the resource's options allow; 0 where they say nothing. */
  readonly timeoutSeconds: number;
  /** Shows a line with the resource while it is worked on. */
  readonly report: (message: string) => void;
};

const defaultTimeoutSeconds = 600;
const firstPauseMs = 150;
const longestPauseMs = 1_500;

/** By when an operation has to be over, in milliseconds of the clock. */
export function deadlineOf(object: KubeObject, { timeoutSeconds }: Context): number {
  const asked = Number(annotationOf(object, "pulumi.com/timeoutSeconds"));
  return Date.now() + (timeoutSeconds || asked || defaultTimeoutSeconds) * 1_000;
}

/** Waits in growing steps. Throws when the user interrupts. */
export function createPause({ signal }: Context): () => Promise<void> {
  let ms = firstPauseMs;
  return async () => {
    await sleep(ms, undefined, { signal }).catch(() => {
      throw new Error("interrupted");
    });
    ms = Math.min(ms * 1.5, longestPauseMs);
  };
}

/**
 * Waits until the object at a path is ready, and returns it as it is then.
 * @throws with the object, what is missing, and what the cluster tells of it
 */
export async function untilReady(
  cluster: Cluster,
  path: string,
  object: KubeObject,
  context: Context,
): Promise<KubeObject> {
  if (isNotAwaited(object)) return object;
  const deadline = deadlineOf(object, context);
  const pause = createPause(context);
  for (let told = "", live = object; ; ) {
    const progress = await progressIn(cluster, live);
    if (progress.state === "ready") return live;
    const isLate = Date.now() > deadline;
    if (progress.state === "failed" || isLate) {
      const how = isLate ? "is not ready in time" : "failed";
      const lines = await diagnose(cluster, live);
      throw new Error([`${describe(live)} ${how}: ${progress.why}`, ...lines].join("\n"));
    }
    if (progress.why !== told) context.report(`waiting: ${progress.why}`);
    told = progress.why;
    await pause();
    const { status, body } = await cluster.ask(path);
    if (status === 404) throw new Error(`${describe(live)} was deleted by somebody else`);
    if (status === 200) live = body;
  }
}

/** What an object says of itself, and for two kinds what others say of it. */
async function progressIn(cluster: Cluster, object: KubeObject): Promise<Progress> {
  const own = progressOf(object);
  if (own.state !== "ready") return own;
  if (object.kind === "Service" && object.apiVersion === "v1") return ofService(cluster, object);
  if (object.kind === "PersistentVolumeClaim") return ofClaim(cluster, object);
  return own;
}

/** A Service is of use once one of its pods is ready, and one for outside once it has an address. */
async function ofService(cluster: Cluster, { spec, metadata, status }: KubeObject) {
  const isHeadless = spec.clusterIP === "None";
  if (spec.type === "LoadBalancer" && !status?.loadBalancer?.ingress?.length) {
    return { state: "waiting", why: "it has no address of a load balancer" } as const;
  }
  if (spec.type === "ExternalName" || isHeadless || !spec.selector) {
    return { state: "ready" } as const;
  }
  const selector = encodeURIComponent(`kubernetes.io/service-name=${metadata?.name}`);
  const { body } = await cluster.ask(
    `/apis/discovery.k8s.io/v1/namespaces/${metadata?.namespace}/endpointslices` +
      `?labelSelector=${selector}`,
  );
  type Slice = { endpoints?: { conditions?: { ready?: boolean } }[] };
  const endpoints = ((body.items ?? []) as Slice[]).flatMap((slice) => slice.endpoints ?? []);
  return endpoints.some(({ conditions }) => conditions?.ready !== false)
    ? ({ state: "ready" } as const)
    : ({ state: "waiting", why: "none of its pods is ready" } as const);
}

/** A claim that is bound, or one of a class that waits for the pod that uses it. */
async function ofClaim(cluster: Cluster, { spec, status }: KubeObject): Promise<Progress> {
  if (status?.phase === "Bound") return { state: "ready" };
  const { body } = await cluster.ask(
    `/apis/storage.k8s.io/v1/storageclasses/${spec.storageClassName ?? ""}`,
  );
  const classes = (body.items ?? [body]) as KubeObject[];
  const byDefault = "storageclass.kubernetes.io/is-default-class";
  const used = classes.find((one) => spec.storageClassName || annotationOf(one, byDefault));
  return used?.volumeBindingMode === "WaitForFirstConsumer"
    ? { state: "ready" }
    : { state: "waiting", why: `it is ${status?.phase ?? "not bound"}` };
}
