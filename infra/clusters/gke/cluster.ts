import { Cluster } from "@pulumi/gcp/container/cluster.js";
import { IAMMember } from "@pulumi/gcp/projects/iammember.js";
import type * as pulumi from "@pulumi/pulumi";
import { kept } from "#components/place.ts";
import type { GkeConfig } from "../settings/gke.ts";
import { zonesOf } from "../settings/google-regions.ts";
import { accountIdOf, makeAccount } from "./accounts.ts";
import { clusterLogs } from "./logs.ts";
import type { GkeNetwork } from "./network.ts";
import { addressesIn, ranges } from "./network.ts";
import type { GooglePlace } from "./place.ts";
import { nodeDefaults } from "./pools.ts";

export type GkeClusterParts = {
  readonly config: GkeConfig;
  readonly network: GkeNetwork;
  readonly keyId: pulumi.Input<string>;
  readonly keepData: boolean;
};

/** The control plane, in three zones, and the account of its nodes. */
export function makeCluster(place: GooglePlace, parts: GkeClusterParts) {
  const { name, project, child } = place;
  const nodes = makeAccount(
    `${name}-nodes`,
    { project, id: accountIdOf(name, "nodes"), for: `Nodes of ${name}` },
    { ...child, dependsOn: parts.network.outbound },
  );
  // Logs and measures of nodes, and nothing else.
  const right = new IAMMember(
    `${name}-nodes`,
    { project, role: "roles/container.defaultNodeServiceAccount", member: nodes.member },
    child,
  );
  const cluster = new Cluster(name, clusterArgs(place, parts, nodes.email), {
    ...child,
    ...kept(parts),
    dependsOn: [parts.network.outbound, right],
    // The pool that a cluster begins with is gone, and what it was like with it.
    ignoreChanges: ["nodeConfig", "initialNodeCount"],
    customTimeouts: { create: "1h", update: "2h", delete: "1h" },
  });
  return { cluster, nodes };
}

const clusterArgs = (
  { name, project, region }: GooglePlace,
  { config, network, keyId, keepData }: GkeClusterParts,
  account: pulumi.Input<string>,
): ConstructorParameters<typeof Cluster>[1] => ({
  project,
  name,
  location: region,
  nodeLocations: zonesOf(region),
  deletionProtection: keepData,
  minMasterVersion: config.version,
  releaseChannel: { channel: config.upgrades.toUpperCase() },
  maintenancePolicy: { recurringWindow: windowOf(config.maintenance) },
  // Google makes no cluster without a pool; ours come after it, and this one goes.
  removeDefaultNodePool: true,
  initialNodeCount: 1,
  nodeConfig: nodeDefaults({ account, keyId }),
  network: network.network.id,
  subnetwork: network.nodes.id,
  networkingMode: "VPC_NATIVE",
  ipAllocationPolicy: {
    clusterSecondaryRangeName: ranges.pods,
    servicesSecondaryRangeName: ranges.services,
  },
  // Network policies by eBPF, as in every cluster that we make.
  datapathProvider: "ADVANCED_DATAPATH",
  privateClusterConfig: {
    enablePrivateNodes: true,
    enablePrivateEndpoint: false,
    masterIpv4CidrBlock: addressesIn(config.addressSpace).controlPlane,
  },
  masterAuthorizedNetworksConfig: {
    cidrBlocks: config.allowedRanges.map((cidrBlock) => ({ cidrBlock })),
    // Machines of other customers of Google's are the internet too.
    gcpPublicCidrsAccessEnabled: false,
  },
  masterAuth: { clientCertificateConfig: { issueClientCertificate: false } },
  anonymousAuthenticationConfig: { mode: "LIMITED" },
  enableLegacyAbac: false,
  enableShieldedNodes: true,
  workloadIdentityConfig: { workloadPool: identityPoolOf(project) },
  databaseEncryption: { state: "ENCRYPTED", keyName: keyId },
  securityPostureConfig: { mode: "BASIC", vulnerabilityMode: "VULNERABILITY_DISABLED" },
  loggingConfig: { enableComponents: [...clusterLogs] },
  // Ours is in the cluster: components/observability.
  monitoringConfig: {
    enableComponents: ["SYSTEM_COMPONENTS"],
    managedPrometheus: { enabled: false },
  },
  addonsConfig: { gcePersistentDiskCsiDriverConfig: { enabled: true } },
  // The kinds of gateways come with Envoy Gateway, in the version that it wants.
  gatewayApiConfig: { channel: "CHANNEL_DISABLED" },
  costManagementConfig: { enabled: true },
});

/** Whose tokens Google takes for accounts of Kubernetes. */
export const identityPoolOf = (project: string): string => `${project}.svc.id.goog`;

const days = [
  "Sunday",
  "Monday",
  "Tuesday",
  "Wednesday",
  "Thursday",
  "Friday",
  "Saturday",
] as const;

/** A window as a calendar has it: the first of all, which is past, and how often it comes again. */
export function windowOf({ day, startsAt, hours }: GkeConfig["maintenance"]) {
  // The seventh of January 2024 was a Sunday.
  const date = `2024-01-${String(7 + days.indexOf(day)).padStart(2, "0")}`;
  const start = new Date(`${date}T${startsAt}:00Z`);
  const end = new Date(start.getTime() + hours * 3_600_000);
  return {
    startTime: start.toISOString().replace(".000", ""),
    endTime: end.toISOString().replace(".000", ""),
    recurrence: `FREQ=WEEKLY;BYDAY=${day.slice(0, 2).toUpperCase()}`,
  };
}
