import { annotationOf, type KubeObject } from "./objects.ts";

/** How far an object has come; `why` is for people. */
export type Progress =
  | { readonly state: "ready" }
  | { readonly state: "waiting" | "failed"; readonly why: string };

const ready: Progress = { state: "ready" };
const waiting = (why: string): Progress => ({ state: "waiting", why });
const failed = (why: string): Progress => ({ state: "failed", why });

const skip = "pulumi.com/skipAwait";
const wanted = "pulumi.com/waitFor";

/** Whether nothing of the object is to be waited for. */
export const isNotAwaited = (object: KubeObject): boolean => annotationOf(object, skip) === "true";

/** How far an object has come, by its kind and by what its annotations ask for. */
export function progressOf(object: KubeObject): Progress {
  const expressions = annotationOf(object, wanted);
  if (expressions !== undefined) {
    const open = listOf(expressions).filter((expression) => !holds(object, expression));
    return open.length === 0 ? ready : waiting(`it is not ${open.join(" and ")}`);
  }
  return byKind[object.kind]?.(object) ?? ready;
}

const byKind: Readonly<Record<string, (object: KubeObject) => Progress>> = {
  CustomResourceDefinition: (object) =>
    conditionOf(object, "Established")?.status === "True" ? ready : waiting("not established"),
  Namespace: ({ status }) => (status?.phase === "Active" ? ready : waiting("not active")),
  Deployment: deployment,
  StatefulSet: statefulSet,
  DaemonSet: daemonSet,
  Job: job,
  Pod: pod,
};

function deployment(object: KubeObject): Progress {
  const { spec, status = {} } = object;
  const asked = spec?.replicas ?? 1;
  if (!isObserved(object)) return waiting("its controller has not looked at it");
  const progressing = conditionOf(object, "Progressing");
  if (progressing?.reason === "ProgressDeadlineExceeded") return failed(`${progressing.message}`);
  const { updatedReplicas = 0, availableReplicas = 0, replicas = 0 } = status;
  if (updatedReplicas < asked) return waiting(`${updatedReplicas} of ${asked} pods are new`);
  if (replicas > updatedReplicas) return waiting(`${replicas - updatedReplicas} old pods remain`);
  if (availableReplicas < asked) return waiting(`${availableReplicas} of ${asked} pods are ready`);
  return ready;
}

function statefulSet(object: KubeObject): Progress {
  const { spec, status = {} } = object;
  const asked = spec?.replicas ?? 1;
  if (!isObserved(object)) return waiting("its controller has not looked at it");
  const { readyReplicas = 0, updatedReplicas = 0 } = status;
  if (readyReplicas < asked) return waiting(`${readyReplicas} of ${asked} pods are ready`);
  const isByHand = spec?.updateStrategy?.type === "OnDelete";
  if (!isByHand && updatedReplicas < asked && status.currentRevision !== status.updateRevision) {
    return waiting(`${updatedReplicas} of ${asked} pods are new`);
  }
  return ready;
}

function daemonSet(object: KubeObject): Progress {
  const { status = {} } = object;
  if (!isObserved(object)) return waiting("its controller has not looked at it");
  const { desiredNumberScheduled = 0, numberAvailable = 0, updatedNumberScheduled = 0 } = status;
  const least = Math.min(numberAvailable, updatedNumberScheduled);
  return least < desiredNumberScheduled
    ? waiting(`${least} of ${desiredNumberScheduled} nodes have it`)
    : ready;
}

function job(object: KubeObject): Progress {
  const broken = conditionOf(object, "Failed");
  if (broken?.status === "True") return failed(`${broken.reason}: ${broken.message}`);
  return conditionOf(object, "Complete")?.status === "True" ? ready : waiting("not complete");
}

function pod(object: KubeObject): Progress {
  const { phase, reason = "" } = object.status ?? {};
  if (phase === "Succeeded" || conditionOf(object, "Ready")?.status === "True") return ready;
  return phase === "Failed" ? failed(reason) : waiting(`it is ${phase ?? "not scheduled"}`);
}

const isObserved = ({ metadata, status }: KubeObject): boolean =>
  (status?.observedGeneration ?? 0) >= (metadata?.generation ?? 0);

type Condition = {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly observedGeneration?: number;
};

const conditionOf = ({ status }: KubeObject, type: string): Condition | undefined =>
  (status?.conditions as Condition[] | undefined)?.find((condition) => condition.type === type);

/** One expression, or several as JSON. */
function listOf(annotation: string): string[] {
  return annotation.trim().startsWith("[") ? JSON.parse(annotation) : [annotation];
}

/** `condition=Ready`, `condition=Ready=False`, `jsonpath={.status.phase}`, `jsonpath={…}=value`. */
function holds(object: KubeObject, expression: string): boolean {
  const condition = /^condition=([^=]+)(?:=(.+))?$/i.exec(expression);
  if (condition) {
    const [, type = "", status = "True"] = condition;
    const found = conditionOf(object, type);
    const isOld = (found?.observedGeneration ?? Infinity) < (object.metadata?.generation ?? 0);
    return !isOld && found?.status.toLowerCase() === status.toLowerCase();
  }
  const path = /^jsonpath=\{?([^{}=]+)\}?(?:=(.+))?$/.exec(expression);
  if (!path) throw new Error(`${wanted}: "${expression}" is neither condition= nor jsonpath=`);
  const [, fields = "", value] = path;
  const found = valueAt(object, fields);
  return value === undefined ? found !== undefined : String(found) === value;
}

const valueAt = (object: unknown, path: string): unknown =>
  path
    .split(/[.[\]]/)
    .filter(Boolean)
    .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], object);
