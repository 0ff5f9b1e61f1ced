import { createHash, randomBytes } from "node:crypto";
import { isUnknown } from "#infra/host/provider/resource.ts";

/** Any object of the Kubernetes API, as it is sent and as it comes back. */
export type KubeObject = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata?: Metadata;
  // biome-ignore lint/suspicious/noExplicitAny: each kind has its own fields
  readonly [field: string]: any;
};

export type Metadata = {
  readonly name?: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly generation?: number;
  readonly deletionTimestamp?: string;
  readonly finalizers?: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly managedFields?: readonly { readonly manager: string }[];
};

/** Says that a name is of our making, so that a successor may stand beside its predecessor. */
const autonamed = "pulumi.com/autonamed";

/** `Kind namespace/name`, as it is said in messages. */
export const describe = ({ kind, metadata }: KubeObject): string =>
  `${kind} ${metadata?.namespace ? `${metadata.namespace}/` : ""}${metadata?.name}`;

export const annotationOf = (object: KubeObject, name: string): string | undefined =>
  object.metadata?.annotations?.[name];

/** The engine's id of an object: `namespace/name`, or the name alone. */
export const idOf = ({ metadata }: KubeObject): string =>
  [metadata?.namespace, metadata?.name].filter(Boolean).join("/");

/** The name and namespace that an id stands for. */
export function ofId(id: string): { readonly name: string; readonly namespace?: string } {
  const [first, second] = id.split("/") as [string, string?];
  return second === undefined ? { name: first } : { namespace: first, name: second };
}

/**
 * The inputs with a name: the one given, the one made before, or `<resource>-<8 hex>` that only
 * depends on the engine's seed where it gives one.
 */
export function withName(
  news: KubeObject,
  olds: KubeObject | undefined,
  resource: string,
  seed: Uint8Array,
): KubeObject {
  const { metadata } = news;
  if (isUnknown(metadata) && typeof metadata === "string") return news;
  if (metadata?.name !== undefined) return news;
  const before = olds && isAutonamed(olds) ? olds.metadata?.name : undefined;
  const name = before ?? `${resource}-${suffix(seed, resource)}`;
  const annotations = { ...metadata?.annotations, [autonamed]: "true" };
  return { ...news, metadata: { ...metadata, name, annotations } };
}

export const isAutonamed = (object: KubeObject): boolean =>
  annotationOf(object, autonamed) === "true";

const suffix = (seed: Uint8Array, resource: string): string =>
  seed.length === 0
    ? randomBytes(4).toString("hex")
    : createHash("sha256").update(seed).update(resource).digest("hex").slice(0, 8);

/** Who owns the fields of an object that is created as this resource. */
export const fieldManagerOf = (urn: string): string =>
  `pulumi-kubernetes-${createHash("sha256").update(urn).digest("hex").slice(0, 8)}`;
