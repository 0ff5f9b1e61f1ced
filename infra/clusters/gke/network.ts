import { Address } from "@pulumi/gcp/compute/address.js";
import { Firewall } from "@pulumi/gcp/compute/firewall.js";
import { GlobalAddress } from "@pulumi/gcp/compute/globalAddress.js";
import { Network } from "@pulumi/gcp/compute/network.js";
import { Router } from "@pulumi/gcp/compute/router.js";
import { RouterNat } from "@pulumi/gcp/compute/routerNat.js";
import { Subnetwork } from "@pulumi/gcp/compute/subnetwork.js";
import { Connection } from "@pulumi/gcp/servicenetworking/connection.js";
import * as pulumi from "@pulumi/pulumi";
import type { GooglePlace } from "./place.ts";

export type GkeNetwork = {
  readonly network: Network;
  /** Of the nodes, none of which has a public address. */
  readonly nodes: Subnetwork;
  /** The way out of the nodes, which they need as soon as they are there. */
  readonly outbound: RouterNat;
  /** The one address at which the gateway is reached. */
  readonly inbound: Address;
  /** The network's id, known when private services have a place in it. */
  readonly peered: pulumi.Output<string>;
};

/** Addresses of a cluster within its /16, and those of its pods beside them. */
export const addressesIn = (addressSpace: string) => {
  const [first, second] = addressSpace.split(".");
  return {
    nodes: `${first}.${second}.0.0/20`,
    services: `${first}.${second}.32.0/20`,
    controlPlane: `${first}.${second}.48.0/28`,
    /** Where Google puts databases and Redis: the upper half. */
    managed: { address: `${first}.${second}.128.0`, prefixLength: 17 },
    // Private, as Cloud SQL lets no others in, and none of those that Google's services use inside:
    // https://cloud.google.com/sql/docs/postgres/private-ip
    pods: "172.24.0.0/14",
  };
};

/** The names of the subnet's further ranges. */
export const ranges = { pods: "pods", services: "services" } as const;

/**
 * The ports on which webhooks and measures of operators listen, which the API server calls: those of
 * Dapr, CloudNativePG and Redpanda, KEDA, cert-manager and what Prometheus brings.
 * Source: https://cloud.google.com/kubernetes-engine/docs/how-to/private-clusters#add_firewall_rules
 */
const webhookPorts = ["4000", "6443", "8443", "9443", "10250", "19443"];

/** A network whose nodes are private, with one way out and one way in. */
export function makeNetwork(
  { name, project, region, child }: GooglePlace,
  args: { readonly addressSpace: string; readonly after: readonly pulumi.Resource[] },
): GkeNetwork {
  const addresses = addressesIn(args.addressSpace);
  const network = new Network(
    name,
    { project, autoCreateSubnetworks: false, routingMode: "REGIONAL" },
    { ...child, dependsOn: [...args.after] },
  );
  const nodes = new Subnetwork(
    `${name}-nodes`,
    {
      project,
      region,
      network: network.id,
      ipCidrRange: addresses.nodes,
      secondaryIpRanges: [
        { rangeName: ranges.pods, ipCidrRange: addresses.pods },
        { rangeName: ranges.services, ipCidrRange: addresses.services },
      ],
      // Services of Google are reached without the internet.
      privateIpGoogleAccess: true,
      logConfig: { aggregationInterval: "INTERVAL_10_MIN", flowSampling: 0.1 },
    },
    child,
  );
  const address = (of: string) =>
    new Address(
      `${name}-${of}`,
      { project, region, addressType: "EXTERNAL", networkTier: "PREMIUM" },
      { ...child, dependsOn: [...args.after] },
    );
  const router = new Router(`${name}-outbound`, { project, region, network: network.id }, child);
  const outbound = new RouterNat(
    `${name}-outbound`,
    {
      project,
      region,
      router: router.name,
      natIpAllocateOption: "MANUAL_ONLY",
      natIps: [address("outbound").selfLink],
      sourceSubnetworkIpRangesToNat: "ALL_SUBNETWORKS_ALL_IP_RANGES",
      enableDynamicPortAllocation: true,
      enableEndpointIndependentMapping: false,
      logConfig: { enable: true, filter: "ERRORS_ONLY" },
    },
    child,
  );
  new Firewall(
    `${name}-webhooks`,
    {
      project,
      network: network.id,
      direction: "INGRESS",
      sourceRanges: [addresses.controlPlane],
      allows: [{ protocol: "tcp", ports: webhookPorts }],
    },
    child,
  );
  const peering = connectServices({ name, project, region, child }, network, addresses.managed);
  return {
    network,
    nodes,
    outbound,
    inbound: address("gateway"),
    peered: pulumi.all([network.id, peering.id]).apply(([id]) => id),
  };
}

/** A part of the network for databases and Redis, which have addresses in it and no others. */
function connectServices(
  { name, project, child }: GooglePlace,
  network: Network,
  { address, prefixLength }: ReturnType<typeof addressesIn>["managed"],
): Connection {
  const range = new GlobalAddress(
    `${name}-services`,
    {
      project,
      network: network.id,
      purpose: "VPC_PEERING",
      addressType: "INTERNAL",
      address,
      prefixLength,
    },
    child,
  );
  return new Connection(
    `${name}-services`,
    {
      network: network.id,
      service: "servicenetworking.googleapis.com",
      reservedPeeringRanges: [range.name],
    },
    child,
  );
}
