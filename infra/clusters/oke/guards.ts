import { NetworkSecurityGroup } from "@pulumi/oci/core/networkSecurityGroup.js";
import { NetworkSecurityGroupSecurityRule } from "@pulumi/oci/core/networkSecurityGroupSecurityRule.js";
import type * as pulumi from "@pulumi/pulumi";
import type { OciPlace } from "./place.ts";

/** What a guard stands before. */
export type Guarded = "endpoint" | "nodes" | "balancers" | "services";
export type OkeGuards = Readonly<Record<Guarded, NetworkSecurityGroup>>;

/** One way: from a range or what another guard stands before, to ports of what this one does. */
type Way = {
  readonly to: Guarded;
  readonly from: Guarded | { readonly range: string; readonly name: string };
  /** `all` is every protocol. */
  readonly ports: readonly [number, number] | "all";
};

const tcp = "6";
const anywhere = "0.0.0.0/0";

/** The ports of managed services: PostgreSQL, Redis, Kafka, and TLS of the others. */
const servicePorts = [5_432, 6_379, 9_092, 443];

/**
 * All ways in a cluster's network that begin somewhere else.
 * Source: https://docs.oracle.com/iaas/Content/ContEng/Concepts/contengnetworkconfigexample.htm
 */
export const waysOf = (allowedRanges: readonly string[]): Way[] => [
  ...allowedRanges.map(
    (range, index): Way => ({
      to: "endpoint",
      from: { range, name: `range${index}` },
      ports: [6_443, 6_443],
    }),
  ),
  { to: "endpoint", from: "nodes", ports: [6_443, 6_443] },
  { to: "endpoint", from: "nodes", ports: [12_250, 12_250] },
  { to: "nodes", from: "nodes", ports: "all" },
  { to: "nodes", from: "endpoint", ports: "all" },
  // The balancer leaves the addresses of clients as they are; to a node itself no way leads.
  { to: "nodes", from: { range: anywhere, name: "internet" }, ports: [30_000, 32_767] },
  { to: "nodes", from: "balancers", ports: [30_000, 32_767] },
  { to: "nodes", from: "balancers", ports: [10_256, 10_256] },
  { to: "balancers", from: { range: anywhere, name: "internet" }, ports: [443, 443] },
  { to: "balancers", from: { range: anywhere, name: "internet" }, ports: [80, 80] },
  ...servicePorts.map((port): Way => ({ to: "services", from: "nodes", ports: [port, port] })),
];

/** The guards of a cluster, with their rules; all but the services may begin to talk to anybody. */
export function makeGuards(
  { name, compartmentId, child }: OciPlace,
  vcnId: pulumi.Input<string>,
  allowedRanges: readonly string[],
): OkeGuards {
  const guard = (of: Guarded) =>
    new NetworkSecurityGroup(
      `${name}-${of}`,
      { compartmentId, vcnId, displayName: `${name}-${of}` },
      child,
    );
  const guards: OkeGuards = {
    endpoint: guard("endpoint"),
    nodes: guard("nodes"),
    balancers: guard("balancers"),
    services: guard("services"),
  };
  for (const way of waysOf(allowedRanges)) {
    const { to, from, ports } = way;
    const source =
      typeof from === "string"
        ? { source: guards[from].id, sourceType: "NETWORK_SECURITY_GROUP" }
        : { source: from.range, sourceType: "CIDR_BLOCK" };
    const fromName = typeof from === "string" ? from : from.name;
    new NetworkSecurityGroupSecurityRule(
      `${name}-${to}-from-${fromName}-${ports === "all" ? ports : ports[0]}`,
      {
        networkSecurityGroupId: guards[to].id,
        direction: "INGRESS",
        ...source,
        ...(ports === "all"
          ? { protocol: "all" }
          : {
              protocol: tcp,
              tcpOptions: { destinationPortRange: { min: ports[0], max: ports[1] } },
            }),
      },
      child,
    );
  }
  for (const from of ["endpoint", "nodes", "balancers"] as const) {
    new NetworkSecurityGroupSecurityRule(
      `${name}-${from}-out`,
      {
        networkSecurityGroupId: guards[from].id,
        direction: "EGRESS",
        protocol: "all",
        destination: anywhere,
        destinationType: "CIDR_BLOCK",
      },
      child,
    );
  }
  return guards;
}
