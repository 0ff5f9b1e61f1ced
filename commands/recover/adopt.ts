import type { Found } from "./pending.ts";

/** A resource as a deployment keeps it; what else it has is carried along. */
type Resource = {
  readonly urn: string;
  readonly id?: string;
  readonly inputs?: object;
  readonly outputs?: object;
  readonly parent?: string;
  /** `<urn>::<id>` */
  readonly provider?: string;
  readonly dependencies?: readonly string[];
  readonly delete?: boolean;
  readonly pendingReplacement?: boolean;
};

type Deployment = {
  readonly resources?: readonly Resource[];
  readonly pending_operations?: readonly { readonly type: string; readonly resource: Resource }[];
};

/**
 * The state (text of `pulumi stack export`) with every pending create settled: what was made is a
 * resource, what was not is forgotten. The outputs are the inputs, until a refresh reads them.
 *
 * By hand, because `pulumi refresh --import-pending-creates` of engine 3.255 forgets all of them: it
 * notes an import that nothing carries out (cmd/pulumi/operations/refresh.go).
 */
export function adopt(state: string, { made }: Pick<Found, "made">): string {
  const exported = JSON.parse(state) as { readonly deployment: Deployment };
  const { deployment } = exported;
  const operations = deployment.pending_operations ?? [];
  const ids = new Map(made.map(({ urn, id }) => [urn, id]));
  let resources = deployment.resources ?? [];
  for (const { type, resource } of operations) {
    const id = ids.get(resource.urn);
    if (type !== "creating" || id === undefined) continue;
    resources = including(resources, { outputs: resource.inputs ?? {}, ...resource, id });
  }
  return JSON.stringify({
    ...exported,
    deployment: {
      ...deployment,
      resources,
      pending_operations: operations.filter(({ type }) => type !== "creating"),
    },
  });
}

/** What `pulumi refresh` is told so that it reads what was adopted, and looks at nothing else. */
export const refreshOf = ({ made }: Pick<Found, "made">): string[] => [
  ...["--yes", "--skip-preview"],
  ...made.flatMap(({ urn }) => ["--target", urn]),
];

/**
 * After everything that it refers to, and before the one that it replaces, which is still to be
 * deleted: the order that the engine asks of a state. The latter is gone already where the engine
 * deletes first.
 */
function including(resources: readonly Resource[], made: Resource): readonly Resource[] {
  const referred = new Set([
    ...(made.parent ? [made.parent] : []),
    ...(made.provider ? [made.provider.slice(0, made.provider.lastIndexOf("::"))] : []),
    ...(made.dependencies ?? []),
  ]);
  const others = resources
    .filter(({ urn, pendingReplacement }) => urn !== made.urn || !pendingReplacement)
    .map((it) => (it.urn === made.urn ? { ...it, delete: true } : it));
  const place = others.findLastIndex(({ urn }) => referred.has(urn)) + 1;
  return [...others.slice(0, place), made, ...others.slice(place)];
}
