import type { StateStoreKind } from "#apps/contracts/dapr.ts";
import type { AppId } from "#apps/contracts/services.ts";
import {
  appIds,
  callersOf,
  contractOf,
  reachesPostgres,
  reachesRedis,
  subscriptionsOf,
} from "#apps/contracts/services.ts";
import { sidecarInternalPort, sidecarMetricsPort } from "#components/dapr/annotations.ts";
import { publishableBy } from "#components/dapr/components.ts";
import type { NetworkPeer, Place, Reach } from "#components/place.ts";
import { labelsOf, selectorOf } from "#components/place.ts";
import { migrationLabels } from "#components/service/pod.ts";

/** What the services talk to, and who talks to them, besides each other. */
export type NetworkFacts = {
  readonly kafka: Reach;
  readonly postgres: Reach;
  readonly redis: Reach;
  /** What is behind the state store; by default Redis. */
  readonly stateIn?: StateStoreKind | undefined;
  /** The server that takes mail; `undefined` where no service sends any. */
  readonly mail: Reach | undefined;
  /** An issuer elsewhere whose tokens are taken; `undefined` where there is none. */
  readonly issuer?: Reach | undefined;
  /** Where sidecars look up secrets; absent where Dapr's operator does that for them. */
  readonly secrets?: Reach | undefined;
  /** Where sidecars send their traces; `undefined` where they send none. */
  readonly tracing: Reach | undefined;
  /** Pods by which requests of people arrive. */
  readonly gateway: readonly NetworkPeer[];
  /** Pods that read the metrics of services and sidecars. */
  readonly monitoring: readonly NetworkPeer[];
  readonly daprNamespace: string;
};

export type Rule = {
  readonly peers: readonly NetworkPeer[];
  readonly ports: readonly { readonly port: number; readonly protocol: "TCP" | "UDP" }[];
};

/** A NetworkPolicy before it is an object: whom it is about, and what may come and go. */
export type PolicySpec = {
  readonly name: string;
  readonly podLabels: Readonly<Record<string, string>>;
  readonly ingress: readonly Rule[];
  readonly egress: readonly Rule[];
};

/** The ports on which the pods of Dapr's control plane listen for sidecars. */
const controlPlanePorts = { sentry: 50_001, operator: 6_500, scheduler: 50_006 };

/**
 * Every policy of the services' namespace: nothing for anyone, and for each service exactly what
 * its contract says. A service that declares no database gets no way to it.
 */
export const policySpecs = (facts: NetworkFacts): PolicySpec[] => [
  { name: "default-deny", podLabels: {}, ingress: [], egress: [] },
  { name: "dns", podLabels: {}, ingress: [], egress: [dns] },
  ...appIds.map((appId) => serviceSpec(appId, facts)),
  ...appIds.filter((appId) => contractOf(appId).database).map((id) => migrationSpec(id, facts)),
];

function serviceSpec(appId: AppId, facts: NetworkFacts): PolicySpec {
  const contract = contractOf(appId);
  const callers = callersOf(appId).map(({ caller }) => peerOf(caller));
  const callees = Object.keys(contract.invokes).map((callee) => peerOf(callee as AppId));
  const usesKafka = publishableBy(appId).length > 0 || subscriptionsOf(contract).length > 0;
  return {
    name: appId,
    podLabels: selectorOf(appId),
    ingress: rules([
      [contract.publicPaths.length > 0 ? facts.gateway : [], [contract.port]],
      [callers, [sidecarInternalPort]],
      [facts.monitoring, [contract.port, sidecarMetricsPort]],
    ]),
    egress: [
      ...rules([
        [callees, [sidecarInternalPort]],
        [[inNamespace(facts.daprNamespace)], Object.values(controlPlanePorts)],
      ]),
      ...(usesKafka ? [reachRule(facts.kafka)] : []),
      ...(reachesPostgres(contract, facts.stateIn) ? [reachRule(facts.postgres)] : []),
      ...(reachesRedis(contract, facts.stateIn) ? [reachRule(facts.redis)] : []),
      ...(facts.mail && contract.bindings?.includes("mail") ? [reachRule(facts.mail)] : []),
      ...(facts.issuer && contract.env.includes("OIDC_ISSUER") ? [reachRule(facts.issuer)] : []),
      ...(facts.secrets ? [reachRule(facts.secrets)] : []),
      ...(facts.tracing ? [reachRule(facts.tracing)] : []),
    ],
  };
}

const migrationSpec = (appId: AppId, facts: NetworkFacts): PolicySpec => ({
  name: `${appId}-migrations`,
  podLabels: migrationLabels(appId),
  ingress: [],
  egress: [reachRule(facts.postgres)],
});

/** The object of a policy. Both directions are named, so that an empty list denies. */
export const networkPolicy = (spec: PolicySpec, place: Pick<Place, "namespace">) => ({
  metadata: { name: spec.name, namespace: place.namespace, labels: labelsOf(spec.name) },
  spec: {
    podSelector: { matchLabels: { ...spec.podLabels } },
    policyTypes: ["Ingress", "Egress"],
    ingress: spec.ingress.map(({ peers, ports }) => ({
      ...(peers.length > 0 && { from: [...peers] }),
      ports: [...ports],
    })),
    egress: spec.egress.map(({ peers, ports }) => ({
      ...(peers.length > 0 && { to: [...peers] }),
      ports: [...ports],
    })),
  },
});

/** All pods of a namespace. */
export const inNamespace = (name: string): NetworkPeer => ({
  namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } },
});

const dns: Rule = {
  peers: [
    {
      ...inNamespace("kube-system"),
      podSelector: { matchLabels: { "k8s-app": "kube-dns" } },
    },
  ],
  ports: [
    { port: 53, protocol: "UDP" },
    { port: 53, protocol: "TCP" },
  ],
};

const peerOf = (appId: AppId): NetworkPeer => ({ podSelector: { matchLabels: selectorOf(appId) } });

const reachRule = ({ peers, ports }: Reach): Rule => ({ peers, ports: ports.map(tcp) });

/** Rules for those peers of whom there are any: an empty list of peers would let in everyone. */
const rules = (all: readonly (readonly [readonly NetworkPeer[], readonly number[]])[]): Rule[] =>
  all
    .filter(([peers]) => peers.length > 0)
    .map(([peers, ports]) => ({ peers, ports: ports.map(tcp) }));

const tcp = (port: number) => ({ port, protocol: "TCP" }) as const;
