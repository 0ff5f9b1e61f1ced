import type { Cluster } from "./cluster.ts";
import { type KubeObject, ofId } from "./objects.ts";

/** How the API server calls a kind in its paths. */
export type Served = { readonly plural: string; readonly namespaced: boolean };

type Versions = {
  readonly items?: readonly {
    readonly metadata?: { readonly name?: string };
    readonly versions?: readonly {
      readonly version: string;
      readonly resources?: readonly {
        readonly resource: string;
        readonly responseKind: { readonly kind: string };
        readonly scope: "Namespaced" | "Cluster";
      }[];
    }[];
  }[];
};

const accept = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
/** Kinds are published a moment after their definition; asking more often changes nothing. */
const oftenMs = 500;

type Kinds = ReadonlyMap<string, Served>;
type Typed = Pick<KubeObject, "apiVersion" | "kind">;

/** What a cluster knows of kinds; asked again for a kind that was not there. */
export function createDiscovery(cluster: Cluster) {
  let known: Promise<Kinds> | undefined;
  let askedAt = 0;
  const all = (isStale: boolean): Promise<Kinds> => {
    if (known && !(isStale && Date.now() - askedAt > oftenMs)) return known;
    askedAt = Date.now();
    known = kindsOf(cluster);
    // What failed once is asked again.
    known.catch(() => {
      known = undefined;
    });
    return known;
  };
  const served = async ({ apiVersion, kind }: Typed): Promise<Served | undefined> => {
    const key = `${apiVersion}/${kind}`;
    return (await all(false)).get(key) ?? (await all(true)).get(key);
  };
  return {
    served,
    /** Every kind as `apiVersion/Kind`. */
    kinds: async (): Promise<string[]> => [...(await all(true)).keys()],
    /** The path of an object by its id, or `undefined` where its kind is not served. */
    pathOf: async (type: Typed, id: string): Promise<string | undefined> => {
      const found = await served(type);
      return found && pathOf(type.apiVersion, found, ofId(id), cluster.namespace);
    },
  };
}

export type Discovery = ReturnType<typeof createDiscovery>;

async function kindsOf(cluster: Cluster): Promise<Kinds> {
  const answers = await Promise.all(["/api", "/apis"].map((path) => cluster.ask(path, { accept })));
  const entries = answers.flatMap(({ status, body }) => {
    if (status === 200) return entriesOf(body as Versions);
    throw new Error(`the cluster does not tell its kinds: ${body?.message ?? status}`);
  });
  return new Map(entries);
}

function entriesOf({ items = [] }: Versions): [string, Served][] {
  return items.flatMap(({ metadata, versions = [] }) =>
    versions.flatMap(({ version, resources = [] }) => {
      const apiVersion = metadata?.name ? `${metadata.name}/${version}` : version;
      return resources.map(({ resource, responseKind, scope }): [string, Served] => [
        `${apiVersion}/${responseKind.kind}`,
        { plural: resource, namespaced: scope === "Namespaced" },
      ]);
    }),
  );
}

function pathOf(
  apiVersion: string,
  { plural, namespaced }: Served,
  { name, namespace }: { readonly name: string; readonly namespace?: string },
  otherwise: string,
): string {
  const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const inside = namespaced ? `/namespaces/${namespace ?? otherwise}` : "";
  return `${root}${inside}/${plural}/${name}`;
}
