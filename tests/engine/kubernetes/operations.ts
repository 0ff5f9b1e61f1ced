import { HalfMade } from "#infra/host/provider/resource.ts";
import type { Answer, Cluster } from "./cluster.ts";
import { createDiscovery, type Discovery } from "./discovery.ts";
import { describe, idOf, type KubeObject, ofId } from "./objects.ts";
import { type Context, createPause, deadlineOf, untilReady } from "./waiting.ts";

/** What was applied, as it stands on the cluster. */
export type Made = { readonly id: string; readonly live: KubeObject };

/** How long the kind or the namespace of an object may take to appear. */
const appearsWithinMs = 60_000;
const applied = "application/apply-patch+yaml";

/** What can be done to objects of one cluster. */
export function createOperations(cluster: Cluster) {
  const discovery = createDiscovery(cluster);
  return {
    cluster,
    discovery,
    create: async (inputs: KubeObject, manager: string, context: Context): Promise<Made> => {
      await refuseForeign(cluster, discovery, inputs, manager);
      return apply(cluster, discovery, { inputs, manager, context });
    },
    update: (inputs: KubeObject, manager: string, context: Context): Promise<Made> =>
      apply(cluster, discovery, { inputs, manager, context }),
    read: (type: KubeObject, id: string) => read(cluster, discovery, type, id),
    drifted: (inputs: KubeObject, manager: string, live: KubeObject) =>
      drifted(cluster, discovery, { inputs, manager, live }),
    remove: (object: KubeObject, id: string, context: Context) =>
      remove(cluster, discovery, { object, id, context }),
  };
}

export type Operations = ReturnType<typeof createOperations>;

/** What is there and is not ours is not taken over in silence. */
async function refuseForeign(
  cluster: Cluster,
  discovery: Discovery,
  inputs: KubeObject,
  manager: string,
): Promise<void> {
  const path = await discovery.pathOf(inputs, idOf(inputs));
  if (path === undefined) return;
  const { status, body } = await cluster.ask(path);
  const managers = (body as KubeObject).metadata?.managedFields ?? [];
  if (status !== 200 || managers.some((one) => one.manager === manager)) return;
  throw new Error(`${describe(inputs)} is there already, and somebody else's`);
}

type Applying = {
  readonly inputs: KubeObject;
  readonly manager: string;
  readonly context: Context;
};

async function apply(
  cluster: Cluster,
  discovery: Discovery,
  { inputs, manager, context }: Applying,
): Promise<Made> {
  const { path, live } = await patched(cluster, discovery, { inputs, manager, context });
  const id = idOf(live);
  try {
    return { id, live: await untilReady(cluster, path, live, context) };
  } catch (error) {
    // The engine remembers it, so that the next `up` goes on and `destroy` finds it.
    throw Object.assign(new HalfMade(id, error), { live });
  }
}

/** A kind whose definition, and a namespace, that was made a moment ago is waited for. */
async function patched(
  cluster: Cluster,
  discovery: Discovery,
  { inputs, manager, context }: Applying,
): Promise<{ readonly path: string; readonly live: KubeObject }> {
  const deadline = Math.min(Date.now() + appearsWithinMs, deadlineOf(inputs, context));
  const pause = createPause(context);
  for (;;) {
    const path = await discovery.pathOf(inputs, idOf(inputs));
    const answer = path && (await patch(cluster, path, inputs, manager));
    if (path && answer && answer.status < 300) return { path, live: answer.body };
    if ((answer && answer.status !== 404) || Date.now() > deadline) {
      const { apiVersion, kind } = inputs;
      const why = answer ? reasonOf(answer) : `the cluster knows no ${kind} of ${apiVersion}`;
      throw new Error(`${describe(inputs)} was not taken: ${why}`);
    }
    await pause();
  }
}

function patch(
  cluster: Cluster,
  path: string,
  inputs: KubeObject,
  manager: string,
  more = "",
): Promise<Answer> {
  const query = `fieldManager=${manager}&fieldValidation=Strict${more}`;
  const request = { method: "PATCH", contentType: applied, body: inputs } as const;
  return cluster.ask(`${path}?${query}`, request);
}

async function read(
  cluster: Cluster,
  discovery: Discovery,
  type: KubeObject,
  id: string,
): Promise<KubeObject | undefined> {
  const path = await discovery.pathOf(type, id);
  if (path === undefined) return undefined;
  const answer = await cluster.ask(path);
  if (answer.status === 404) return undefined;
  if (answer.status !== 200) throw new Error(`${type.kind} ${id}: ${reasonOf(answer)}`);
  return answer.body;
}

/**
 * Whether somebody changed what we had set: then setting it again would change the object. The
 * server compares, since only it knows that 0.5 and 500m are the same.
 */
async function drifted(
  cluster: Cluster,
  discovery: Discovery,
  { inputs, manager, live }: Omit<Applying, "context"> & { readonly live: KubeObject },
): Promise<boolean> {
  const path = (await discovery.pathOf(inputs, idOf(live))) as string;
  const answer = await patch(cluster, path, inputs, manager, "&force=true&dryRun=All");
  if (answer.status !== 200) return true;
  return JSON.stringify(substance(answer.body)) !== JSON.stringify(substance(live));
}

const substance = ({ metadata, status: _status, ...rest }: KubeObject): unknown => {
  const { managedFields: _fields, generation: _generation, ...ours } = metadata ?? {};
  return { ...rest, metadata: { ...ours, resourceVersion: undefined } };
};

type Removing = { readonly object: KubeObject; readonly id: string; readonly context: Context };

/** Deletes an object after what belongs to it, and waits until it is gone. */
async function remove(
  cluster: Cluster,
  discovery: Discovery,
  { object, id, context }: Removing,
): Promise<void> {
  const path = await discovery.pathOf(object, id);
  // With the kind all objects of it are gone.
  if (path === undefined) return;
  const deadline = deadlineOf(object, context);
  const request = { method: "DELETE", body: { propagationPolicy: "Foreground" } } as const;
  const answer = await cluster.ask(path, request);
  if (answer.status === 404) return;
  if (answer.status >= 300) throw new Error(`${object.kind} ${id}: ${reasonOf(answer)}`);
  const { uid } = object.metadata ?? {};
  const pause = createPause(context);
  for (let told = ""; ; ) {
    const { status, body } = await cluster.ask(path);
    const live = body as KubeObject;
    if (status === 404 || (status === 200 && uid && live.metadata?.uid !== uid)) return;
    const held = holdersOf(live);
    if (Date.now() > deadline) {
      throw new Error(`${object.kind} ${ofId(id).name} is still there: ${held}`);
    }
    if (held !== told) context.report(`going: ${held}`);
    told = held;
    await pause();
  }
}

/** What an object waits for before it goes. */
function holdersOf({ metadata, status, spec }: KubeObject): string {
  const finalizers = [...(metadata?.finalizers ?? []), ...(spec?.finalizers ?? [])];
  const conditions = (status?.conditions ?? []) as { status: string; message?: string }[];
  const remaining = conditions
    .filter((one) => one.status === "True" && /remaining|finalizer/i.test(one.message ?? ""))
    .map(({ message }) => message);
  return [`held by the finalizers ${finalizers.join(", ") || "(none)"}`, ...remaining].join("; ");
}

const reasonOf = ({ status, body }: Answer): string =>
  typeof body?.message === "string" ? body.message : `the API server answers ${status}`;
