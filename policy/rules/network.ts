import { operatedKinds, podKinds, podOf, selects } from "../pods.ts";
import type { Resource } from "../resource.ts";
import { listOf, namespaceOf } from "../resource.ts";
import type { ResourceRule, StackRule } from "../rule.ts";

const policyKind = "networking.k8s.io/NetworkPolicy";
const directions = ["Ingress", "Egress"];

export const namespacesDenyByDefault: StackRule = {
  name: "namespaces-deny-by-default",
  says: "Where pods of ours live nothing comes in or goes out that no policy allows.",
  remedy:
    "Add a NetworkPolicy for all pods of the namespace that names both directions and allows " +
    "nothing, as the one called default-deny of components/network.",
  about: [policyKind, ...podKinds, ...operatedKinds, "helm.sh/Chart", "helm.sh/Release"],
  faultsIn: (resources) => {
    const charts = chartNamespaces(resources);
    const closed = new Set(policiesOf(resources).filter(deniesAll).map(namespaceOf));
    const open = new Map<string, Resource>();
    for (const resource of resources) {
      const namespace = namespaceOf(resource);
      const makesPods = [...podKinds, ...operatedKinds].includes(resource.kind);
      if (!makesPods || resource.fromChart || namespace === undefined) continue;
      // A chart brings policies of its own, or none: there only our own pods are shut off.
      if (!charts.has(namespace) && !closed.has(namespace)) open.set(namespace, resource);
    }
    return [...open].map(([namespace, resource]) => ({
      resource,
      fault: `is in the namespace ${namespace}, where all may talk to all`,
    }));
  },
};

export const podsHaveANetworkPolicy: StackRule = {
  name: "pods-have-a-network-policy",
  says: "For every pod of ours a policy says who may reach it and whom it may reach.",
  remedy:
    "Add a NetworkPolicy whose podSelector names the pod and whose types are both directions.",
  about: [policyKind, ...podKinds],
  faultsIn: (resources) => {
    const policies = policiesOf(resources).filter(({ props }) => !selectsAll(props.spec));
    return resources
      .filter(({ kind, fromChart }) => podKinds.includes(kind) && !fromChart)
      .flatMap((resource) => {
        const labels = podOf(resource)?.metadata.labels;
        const covering = policies.filter(
          (policy) =>
            namespaceOf(policy) === namespaceOf(resource) &&
            selects(policy.props.spec?.podSelector, labels),
        );
        const missing = directions.filter(
          (direction) => !covering.some(({ props }) => typesOf(props.spec).includes(direction)),
        );
        return missing.length > 0
          ? [{ resource, fault: `has no network policy of its own for ${missing.join(" and ")}` }]
          : [];
      });
  },
};

export const networkPoliciesNameTheirPeers: ResourceRule = {
  name: "network-policies-name-their-peers",
  says: "What a policy lets in comes from somewhere, and what it lets out goes to some port.",
  remedy: "Name the peers under `from`, and ports or peers under `to`.",
  about: [policyKind],
  faultsOf: ({ props }) => [
    ...listOf(props.spec?.ingress)
      .filter(({ from }) => listOf(from).length === 0)
      .map(() => "lets in everyone"),
    ...listOf(props.spec?.ingress)
      .flatMap(({ from }) => listOf(from))
      .filter(({ ipBlock }) => ["0.0.0.0/0", "::/0"].includes(ipBlock?.cidr))
      .map(({ ipBlock }) => `lets in every address (${ipBlock.cidr})`),
    ...listOf(props.spec?.egress)
      .filter(({ to, ports }) => listOf(to).length === 0 && listOf(ports).length === 0)
      .map(() => "lets out to everywhere"),
  ],
};

const policiesOf = (resources: readonly Resource[]): Resource[] =>
  resources.filter(({ kind }) => kind === policyKind);

const selectsAll = (spec: Resource["props"]): boolean => selects(spec?.podSelector, {});

/** Absent, they follow from the rules: incoming always, outgoing where there is a rule for it. */
const typesOf = (spec: Resource["props"]): string[] =>
  spec?.policyTypes ?? ["Ingress", ...(spec?.egress ? ["Egress"] : [])];

const deniesAll = ({ props: { spec } }: Resource): boolean =>
  selectsAll(spec) &&
  directions.every((direction) => typesOf(spec).includes(direction)) &&
  listOf(spec?.ingress).length === 0 &&
  listOf(spec?.egress).length === 0;

const chartNamespaces = (resources: readonly Resource[]): ReadonlySet<string> =>
  new Set(
    resources.flatMap((resource) => {
      if (resource.fromChart) return namespaceOf(resource) ?? [];
      const { namespace } = resource.props ?? {};
      return resource.kind.startsWith("helm.sh/") && typeof namespace === "string" ? namespace : [];
    }),
  );
