import { NatGateway } from "@pulumi/azure-native/network/natGateway.js";
import { NetworkSecurityGroup } from "@pulumi/azure-native/network/networkSecurityGroup.js";
import { PublicIPAddress } from "@pulumi/azure-native/network/publicIPAddress.js";
import { Subnet } from "@pulumi/azure-native/network/subnet.js";
import { VirtualNetwork } from "@pulumi/azure-native/network/virtualNetwork.js";
import type { AzurePlace } from "./place.ts";
import { zones } from "./place.ts";

export type AksNetwork = {
  readonly network: VirtualNetwork;
  /** Of the nodes, none of which has a public address. */
  readonly nodes: Subnet;
  /** Of the private endpoints of managed services. */
  readonly endpoints: Subnet;
  /** The one address from which the cluster talks to the internet. */
  readonly outbound: PublicIPAddress;
  /** The one address at which the gateway is reached. */
  readonly inbound: PublicIPAddress;
};

/** Addresses of a cluster within its /16; pods and Services have addresses that no other sees. */
export const addressesIn = (addressSpace: string) => {
  const [first, second] = addressSpace.split(".");
  return {
    nodes: `${first}.${second}.0.0/20`,
    endpoints: `${first}.${second}.16.0/24`,
    pods: "192.168.0.0/16",
    services: "172.20.0.0/16",
    dns: "172.20.0.10",
  };
};

/** The ports of managed services: TLS of vaults and blobs, PostgreSQL, Kafka, Redis. */
const endpointPorts = ["443", "5432", "9093", "10000"];

/** A network whose nodes are private, with one way out and one way in. */
export function makeNetwork(place: AzurePlace, addressSpace: string): AksNetwork {
  const { name, location, group: resourceGroupName, child } = place;
  const common = { resourceGroupName, location };
  const addresses = addressesIn(addressSpace);
  const address = (of: string) =>
    new PublicIPAddress(
      `${name}-${of}`,
      {
        ...common,
        sku: { name: "Standard" },
        publicIPAllocationMethod: "Static",
        zones: [...zones],
      },
      child,
    );
  const [outbound, inbound] = [address("outbound"), address("gateway")];
  const way = new NatGateway(
    `${name}-outbound`,
    { ...common, sku: { name: "Standard" }, publicIpAddresses: [{ id: outbound.id }] },
    child,
  );
  const network = new VirtualNetwork(
    name,
    { ...common, addressSpace: { addressPrefixes: [addressSpace] } },
    child,
  );
  const inNetwork = {
    resourceGroupName,
    virtualNetworkName: network.name,
    // What has no way out by a gateway has none.
    defaultOutboundAccess: false,
  };
  const nodes = new Subnet(
    `${name}-nodes`,
    {
      ...inNetwork,
      addressPrefix: addresses.nodes,
      natGateway: { id: way.id },
      networkSecurityGroup: { id: makeGuard(place, "nodes", fromInternet).id },
    },
    child,
  );
  const endpoints = new Subnet(
    `${name}-endpoints`,
    {
      ...inNetwork,
      addressPrefix: addresses.endpoints,
      privateEndpointNetworkPolicies: "NetworkSecurityGroupEnabled",
      networkSecurityGroup: { id: makeGuard(place, "endpoints", fromNodes(addresses.nodes)).id },
    },
    // Azure changes one subnet of a network at a time.
    { ...child, dependsOn: nodes },
  );
  return { network, nodes, endpoints, outbound, inbound };
}

type SecurityRules = NonNullable<
  ConstructorParameters<typeof NetworkSecurityGroup>[1]
>["securityRules"];

const makeGuard = (
  { name, location, group, child }: AzurePlace,
  of: string,
  securityRules: SecurityRules,
): NetworkSecurityGroup =>
  new NetworkSecurityGroup(
    `${name}-${of}`,
    { resourceGroupName: group, location, securityRules },
    child,
  );

const inboundRule = { direction: "Inbound", sourcePortRange: "*", destinationAddressPrefix: "*" };

/** The gateway is reached by its address; all else from outside Azure's own rules refuse. */
const fromInternet = [
  {
    ...inboundRule,
    name: "gateway",
    priority: 100,
    access: "Allow",
    protocol: "Tcp",
    sourceAddressPrefix: "Internet",
    destinationPortRanges: ["80", "443"],
  },
];

const fromNodes = (nodes: string) => [
  {
    ...inboundRule,
    name: "services",
    priority: 100,
    access: "Allow",
    protocol: "Tcp",
    sourceAddressPrefix: nodes,
    destinationPortRanges: endpointPorts,
  },
  {
    ...inboundRule,
    name: "others",
    priority: 200,
    access: "Deny",
    protocol: "*",
    sourceAddressPrefix: "*",
    destinationPortRange: "*",
  },
];
