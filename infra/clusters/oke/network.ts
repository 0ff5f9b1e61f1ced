import { getServicesOutput } from "@pulumi/oci/core/getServices.js";
import { InternetGateway } from "@pulumi/oci/core/internetGateway.js";
import { NatGateway } from "@pulumi/oci/core/natGateway.js";
import { PublicIp } from "@pulumi/oci/core/publicIp.js";
import { RouteTable } from "@pulumi/oci/core/routeTable.js";
import { SecurityList } from "@pulumi/oci/core/securityList.js";
import { ServiceGateway } from "@pulumi/oci/core/serviceGateway.js";
import { Subnet } from "@pulumi/oci/core/subnet.js";
import { Vcn } from "@pulumi/oci/core/vcn.js";
import type { OkeGuards } from "./guards.ts";
import { makeGuards } from "./guards.ts";
import type { OciPlace } from "./place.ts";

export type OkeNetwork = {
  readonly network: Vcn;
  /** Of the API server, whose address is public and whose guard lets in named ranges only. */
  readonly endpoint: Subnet;
  /** Of the nodes, none of which has a public address. */
  readonly nodes: Subnet;
  /** Of the balancer before the gateway. */
  readonly balancers: Subnet;
  /** Of managed services, reached from the nodes only. */
  readonly services: Subnet;
  readonly guards: OkeGuards;
  /** The one address from which the cluster talks to the internet. */
  readonly outbound: PublicIp;
  /** The one address at which the gateway is reached. */
  readonly inbound: PublicIp;
};

/** Addresses of a cluster within its /16; pods and Services have addresses that no other sees. */
export const addressesIn = (addressSpace: string) => {
  const [first, second] = addressSpace.split(".");
  const at = (rest: string) => `${first}.${second}.${rest}`;
  return {
    nodes: at("0.0/20"),
    services: at("16.0/24"),
    endpoint: at("17.0/28"),
    balancers: at("18.0/24"),
    pods: "192.168.0.0/16",
    clusterIps: "172.20.0.0/16",
  };
};

/**
 * A network whose nodes are private: to the internet by one address, to Oracle's own services
 * without leaving its network. Guards of each part say who may talk to whom; subnets have no rules
 * of their own but the messages by which packets find their size.
 * Source: https://docs.oracle.com/iaas/Content/ContEng/Concepts/contengnetworkconfig.htm
 */
export function makeNetwork(
  place: OciPlace,
  { addressSpace, allowedRanges }: { addressSpace: string; allowedRanges: readonly string[] },
): OkeNetwork {
  const { name, compartmentId, child } = place;
  const addresses = addressesIn(addressSpace);
  const network = new Vcn(
    name,
    { compartmentId, displayName: name, cidrBlocks: [addressSpace], dnsLabel: name },
    child,
  );
  const common = { compartmentId, vcnId: network.id };
  const address = (of: string) =>
    new PublicIp(
      `${name}-${of}`,
      { compartmentId, displayName: `${name}-${of}`, lifetime: "RESERVED" },
      // The balancer takes the address: which one is no change of ours.
      { ...child, ignoreChanges: ["privateIpId"] },
    );
  const [outbound, inbound] = [address("outbound"), address("gateway")];
  const routes = makeRoutes(place, network, outbound);
  const path = new SecurityList(
    `${name}-path`,
    {
      ...common,
      displayName: `${name}-path`,
      ingressSecurityRules: [
        { protocol: "1", source: "0.0.0.0/0", icmpOptions: { type: 3, code: 4 } },
      ],
    },
    child,
  );
  const subnet = (of: string, cidrBlock: string, isPublic: boolean) =>
    new Subnet(
      `${name}-${of}`,
      {
        ...common,
        displayName: `${name}-${of}`,
        cidrBlock,
        dnsLabel: of,
        prohibitPublicIpOnVnic: !isPublic,
        prohibitInternetIngress: !isPublic,
        routeTableId: (isPublic ? routes.outside : routes.inside).id,
        securityListIds: [path.id],
      },
      child,
    );
  return {
    network,
    endpoint: subnet("endpoint", addresses.endpoint, true),
    nodes: subnet("nodes", addresses.nodes, false),
    balancers: subnet("balancers", addresses.balancers, true),
    services: subnet("services", addresses.services, false),
    guards: makeGuards(place, network.id, allowedRanges),
    outbound,
    inbound,
  };
}

/** Ways out: for what has public addresses, and for what has none. */
function makeRoutes(
  { name, compartmentId, child }: OciPlace,
  { id: vcnId }: Vcn,
  outbound: PublicIp,
) {
  const common = { compartmentId, vcnId };
  const all = getServicesOutput(
    {
      filters: [
        { name: "name", values: ["All .* Services In Oracle Services Network"], regex: true },
      ],
    },
    child,
  ).services.apply(([service]) => {
    if (!service) throw new Error("Oracle says of no services that a gateway leads to.");
    return service;
  });
  const internet = new InternetGateway(`${name}-internet`, { ...common, displayName: name }, child);
  const nat = new NatGateway(
    `${name}-outbound`,
    { ...common, displayName: name, publicIpId: outbound.id },
    child,
  );
  const services = new ServiceGateway(
    `${name}-services`,
    { ...common, displayName: name, services: [{ serviceId: all.id }] },
    child,
  );
  const everywhere = { destination: "0.0.0.0/0", destinationType: "CIDR_BLOCK" };
  const outside = new RouteTable(
    `${name}-outside`,
    {
      ...common,
      displayName: `${name}-outside`,
      routeRules: [{ ...everywhere, networkEntityId: internet.id }],
    },
    child,
  );
  const inside = new RouteTable(
    `${name}-inside`,
    {
      ...common,
      displayName: `${name}-inside`,
      routeRules: [
        { ...everywhere, networkEntityId: nat.id },
        {
          destination: all.cidrBlock,
          destinationType: "SERVICE_CIDR_BLOCK",
          networkEntityId: services.id,
        },
      ],
    },
    child,
  );
  return { outside, inside };
}
