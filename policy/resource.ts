// biome-ignore lint/suspicious/noExplicitAny: inputs of any resource, as loose as a program's
export type Props = any;

/** A resource as the rules see it, whether the engine or a recording told of it. */
export type Resource = {
  /** As `kubernetes:apps/v1:Deployment`. */
  readonly type: string;
  /** Group and kind of a Kubernetes object, as `apps/Deployment`; otherwise the type. */
  readonly kind: string;
  /** By which the program knows it. */
  readonly name: string;
  readonly urn: string;
  /** Its inputs in clear; what only the deployment will tell is `unknown`. */
  readonly props: Props;
  readonly protect: boolean;
  /** Whether a Helm chart brought it, so that its text is not ours. */
  readonly fromChart: boolean;
  /** Whether the props are what the program wrote, and not what a server made of it. */
  readonly asWritten: boolean;
  /** Paths of what is a secret to the engine, as `stringData.token`; `undefined` if not told. */
  readonly secretPaths: ReadonlySet<string> | undefined;
};

/** Stands for a value that is not known before the deployment: it has no parts and no truth. */
const unknown = new (class Unknown {
  toString(): string {
    return "(known when it is made)";
  }
})();

export const isUnknown = (value: Props): boolean => value === unknown;

/** What a recorder tells of a resource that a program registered. */
export type Registered = {
  readonly type: string;
  readonly name: string;
  /** Unique in the program, and what `parent` of others refers to. */
  readonly urn: string;
  readonly parent: string | undefined;
  readonly protect: boolean;
  /** A secret is an object whose one key is Pulumi's mark. */
  readonly inputs: Props;
};

/** What the engine tells of a resource. */
export type Analyzed = {
  readonly type: string;
  readonly name: string;
  readonly urn: string;
  readonly props: Props;
  readonly opts: { readonly protect: boolean };
};

/** Pulumi's own mark of special values, by which recorded secrets are known. */
const secretMark = "4dabf18193072939515e22adb298388d";

const chartTypes = ["kubernetes:helm.sh/v4:Chart", "kubernetes:helm.sh/v3:Release"];

/** The resources of a recorded program. */
export function recordedResources(all: readonly Registered[]): Resource[] {
  const parents = new Map(all.map(({ urn, parent }) => [urn, parent]));
  const isBelowChart = (urn: string | undefined): boolean =>
    urn !== undefined &&
    (chartTypes.some((type) => urn.startsWith(`${type}::`)) || isBelowChart(parents.get(urn)));
  return all.map(({ type, name, urn, parent, protect, inputs }) => {
    const secretPaths = new Set<string>();
    return {
      ...{ type, kind: kindOf(type), name, urn, protect, secretPaths, asWritten: true },
      props: unmarked(inputs, "", secretPaths),
      fromChart: isBelowChart(parent),
    };
  });
}

/** A resource as the engine tells of it: its inputs before it is made, its outputs afterwards. */
export const analyzedResource = (told: Analyzed, asWritten: boolean): Resource => ({
  ...{ type: told.type, kind: kindOf(told.type), name: told.name, urn: told.urn, asWritten },
  props: known(told.props),
  protect: told.opts.protect,
  fromChart: chartTypes.some((type) => told.urn.includes(`${type}$`)),
  // The SDK of policies gives all values in clear.
  secretPaths: undefined,
});

/** How a resource is called in messages: as people know it in the cluster. */
export function labelOf({ type, kind, name, props }: Resource): string {
  if (kind === type) return `${type} ${name}`;
  const { namespace } = props?.metadata ?? {};
  return `${kind.split("/").at(-1)} ${typeof namespace === "string" ? `${namespace}/` : ""}${nameOf(
    { name, props },
  )}`;
}

/** Its name in the cluster, where the program gives one. */
export const nameOf = ({ name, props }: Pick<Resource, "name" | "props">): string =>
  typeof props?.metadata?.name === "string" ? props.metadata.name : name;

/** Its namespace; the default one where none is given, `undefined` where it is not known yet. */
export function namespaceOf({ props }: Pick<Resource, "props">): string | undefined {
  const { namespace = "default" } = props?.metadata ?? {};
  return typeof namespace === "string" ? namespace : undefined;
}

/** The elements of a list that may be absent or not known yet. */
export const listOf = (value: Props): Props[] => (Array.isArray(value) ? value : []);

/** The entries of an object that may be absent or not known yet. */
export const entriesOf = (value: Props): [string, Props][] =>
  value !== null && typeof value === "object" && !Array.isArray(value) ? Object.entries(value) : [];

/** Group and kind of a type of Kubernetes, as `apps/Deployment`; of any other type itself. */
export const kindOf = (type: string): string =>
  type.replace(/^kubernetes:([^/]+)\/[^:]+:(.+)$/, (_, group, kind) => `${group}/${kind}`);

/** Reading a value that is not known yet throws in the engine's objects; here it may be read. */
function known(value: Props): Props {
  if (value === null || typeof value !== "object") return value;
  const read = (key: string | number) => {
    try {
      return known(value[key]);
    } catch (error) {
      if (error instanceof Error && "unknownTypeSentinel" in error) return unknown;
      throw error;
    }
  };
  if (Array.isArray(value)) return Array.from({ length: value.length }, (_, index) => read(index));
  return Object.fromEntries(Object.keys(value).map((key) => [key, read(key)]));
}

function unmarked(value: Props, path: string, secretPaths: Set<string>): Props {
  if (Array.isArray(value)) {
    return value.map((inner, index) => unmarked(inner, below(path, index), secretPaths));
  }
  if (value === null || typeof value !== "object") return value;
  if (secretMark in value) {
    secretPaths.add(path);
    return unmarked(value[secretMark], path, secretPaths);
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      unmarked(inner, below(path, key), secretPaths),
    ]),
  );
}

const below = (path: string, key: string | number): string => (path ? `${path}.${key}` : `${key}`);
