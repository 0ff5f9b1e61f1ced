import type { ClusterApi } from "#commands/doctor/cluster-api.ts";

/** What the engine had begun to make when it was killed, as its state tells. */
export type PendingCreate = {
  readonly urn: string;
  readonly type: string;
  /** The engine leaves out what is empty. */
  readonly inputs?: {
    readonly apiVersion?: string;
    readonly kind?: string;
    readonly metadata?: { readonly name?: string; readonly namespace?: string };
  };
};

type State = {
  readonly deployment?: {
    readonly pending_operations?: readonly {
      readonly type: string;
      readonly resource: PendingCreate;
    }[];
  };
};

/** Everything that was being made, from the text of `pulumi stack export`. */
export const pendingCreatesIn = (state: string): PendingCreate[] =>
  ((JSON.parse(state) as State).deployment?.pending_operations ?? [])
    .filter(({ type }) => type === "creating")
    .map(({ resource }) => resource);

type Reads = Pick<ClusterApi, "get">;

export type Found = {
  /** There: to be taken into the state by this id. */
  readonly made: readonly { readonly urn: string; readonly id: string }[];
  /** Not there: to be made by the next run. */
  readonly missing: readonly string[];
  /** Of a cloud, which only the operator can look into: what was not told of. */
  readonly unknown: readonly string[];
};

/** What the operator found in the cloud, by `nameOf`. */
export type Told = {
  /** Names with the ids that the cloud has for them. */
  readonly made: ReadonlyMap<string, string>;
  readonly notMade: ReadonlySet<string>;
};

export const toldNothing: Told = { made: new Map(), notMade: new Set() };

const ofCloud = /^(azure-native|gcp|oci):/;

/**
 * Looks for each of them on the cluster; of what is in a cloud, the operator has told. What is
 * neither, as a password, is made again.
 */
export async function lookFor(
  pending: readonly PendingCreate[],
  api: Reads,
  told: Told = toldNothing,
): Promise<Found> {
  const made: { urn: string; id: string }[] = [];
  const missing: string[] = [];
  const unknown: string[] = [];
  for (const one of pending) {
    const isOfCloud = ofCloud.test(one.type);
    const id = isOfCloud ? told.made.get(nameOf(one.urn)) : await idOf(one, api);
    if (id !== undefined) made.push({ urn: one.urn, id });
    else if (isOfCloud && !told.notMade.has(nameOf(one.urn))) unknown.push(one.urn);
    else missing.push(one.urn);
  }
  return { made, missing, unknown };
}

/** `KafkaTopic topic-reminders` */
export const nameOf = (urn: string): string => {
  const [, , types = "", name] = urn.split("::");
  return `${types.split(":").at(-1)} ${name}`;
};

type Resource = { readonly name: string; readonly kind: string };

/** The provider's id of an object that exists: `namespace/name`, or `name` where it has none. */
async function idOf({ type, inputs = {} }: PendingCreate, api: Reads): Promise<string | undefined> {
  const { apiVersion, kind, metadata } = inputs;
  const name = metadata?.name;
  if (!type.startsWith("kubernetes:") || !apiVersion || !kind || !name) return undefined;
  const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const resources: Resource[] = (await api.get(root))?.resources ?? [];
  const plural = resources.find((it) => it.kind === kind && !it.name.includes("/"))?.name;
  if (plural === undefined) return undefined;
  const { namespace } = metadata;
  const path = namespace
    ? `${root}/namespaces/${namespace}/${plural}/${name}`
    : `${root}/${plural}/${name}`;
  if ((await api.get(path)) === undefined) return undefined;
  return namespace ? `${namespace}/${name}` : name;
}
