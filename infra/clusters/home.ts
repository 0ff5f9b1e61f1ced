import type * as pulumi from "@pulumi/pulumi";
import type { WorkloadIdentity } from "#components/service/hono-service.ts";

/** The clouds whose own clusters and services this program makes. */
export type Cloud = CloudHome["cloud"];

/**
 * Where a cluster stands in its cloud, as far as what is made beside it has to know: managed
 * services, identities, records of names. One of these for each cloud; all values are texts, so
 * that one stack can tell them to another.
 */
export type CloudHome = AzureHome | GcpHome | OciHome;

export type AzureHome = {
  readonly cloud: "azure";
  /** As `westeurope`. */
  readonly location: string;
  readonly resourceGroup: pulumi.Input<string>;
  readonly tenantId: pulumi.Input<string>;
  /** Who signs the tokens of the cluster's service accounts. */
  readonly oidcIssuer: pulumi.Input<string>;
  /** Id of the subnet in which private endpoints stand. */
  readonly endpointSubnetId: pulumi.Input<string>;
  /** Ids of the zones in which the cluster finds services by their private addresses. */
  readonly privateZoneIds: Readonly<Record<AzureService, pulumi.Input<string>>>;
  /** Id of the workspace that all logs go to. */
  readonly logsId: pulumi.Input<string>;
  /** The customer's key, and the identity by which services may use it. */
  readonly encryption: {
    readonly identityId: pulumi.Input<string>;
    readonly vaultUri: pulumi.Input<string>;
    readonly keyName: pulumi.Input<string>;
    /** The key's address without a version: a new version is used as soon as there is one. */
    readonly keyUri: pulumi.Input<string>;
    /** For what wants one: the address of the version of today. */
    readonly keyVersionUri: pulumi.Input<string>;
  };
};

export type GcpHome = {
  readonly cloud: "gcp";
  /** Id of the project. */
  readonly project: string;
  /** As `europe-west1`. */
  readonly region: string;
  /** The cluster's name, which begins the names of what is unique in a project. */
  readonly cluster: string;
  /** Whose tokens Google takes for accounts of Kubernetes. */
  readonly identityPool: pulumi.Input<string>;
  /** Id of the network, in which private services have a place. */
  readonly networkId: pulumi.Input<string>;
  /** Id of the subnet of the nodes. */
  readonly subnetId: pulumi.Input<string>;
  /** The customer's key, which services of Google may use. */
  readonly keyId: pulumi.Input<string>;
};

/** Services of Azure that have private endpoints. */
export type AzureService = "event-hubs" | "postgres" | "redis" | "vault" | "blob";

export type OciHome = {
  readonly cloud: "oci";
  /** As `eu-frankfurt-1`. */
  readonly region: string;
  /** In which users and policies of the tenancy are written. */
  readonly homeRegion: string;
  readonly tenancyId: string;
  readonly compartmentId: string;
  readonly clusterId: pulumi.Input<string>;
  /** Of the subnet in which managed services stand, and of the guard before them. */
  readonly servicesSubnetId: pulumi.Input<string>;
  readonly servicesGuardId: pulumi.Input<string>;
  /** Of the group that all logs go to, and how long they are kept. */
  readonly logsId: pulumi.Input<string>;
  readonly logDays: number;
  /** The customer's key, and the vault that it is in. */
  readonly encryption: {
    readonly vaultId: pulumi.Input<string>;
    readonly keyId: pulumi.Input<string>;
  };
};

/** The identity of a service account in the cluster's cloud. */
export type CloudIdentity = WorkloadIdentity & {
  /** How the cloud calls it when rights are given; absent where there is no cloud. */
  readonly principal?: pulumi.Output<string>;
  /** What must stand before the cloud takes tokens of the service account. */
  readonly ready?: readonly pulumi.Resource[];
};

/** Makes the identity of one service account: `system:serviceaccount:<namespace>:<name>`. */
export type MakeIdentity = (serviceAccount: string) => CloudIdentity;
