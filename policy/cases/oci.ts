import type { Acceptance, Cases, Rejection } from "./case.ts";
import { prod, registered } from "./case.ts";

const oci = (type: string, inputs: object, about = {}) =>
  registered(`oci:${type}`, "it", inputs, about);
const cluster = (props: object) => oci("ContainerEngine/cluster:Cluster", props);
const bucket = (props: object, protect = true) =>
  oci("ObjectStorage/bucket:Bucket", props, { protect });
const way = (source: string, min: number, max = min) =>
  oci("Core/networkSecurityGroupSecurityRule:NetworkSecurityGroupSecurityRule", {
    ...{ direction: "INGRESS", source },
    tcpOptions: { destinationPortRange: { min, max } },
  });
const policy = (...statements: string[]) => oci("Identity/policy:Policy", { statements });
const there = "in compartment id ocid1.compartment.oc1..todo";

type More = { readonly rejects: readonly Rejection[]; readonly accepts: readonly Acceptance[] };

/** What the rules of clouds say of Oracle's resources. */
export const ociCases: Readonly<Record<string, More>> = {
  "cloud-data-is-not-public": {
    rejects: [
      {
        when: "a bucket of Oracle is",
        resources: [bucket({ accessType: "ObjectRead" })],
        says: "oci:ObjectStorage/bucket:Bucket it shows its objects to everybody",
      },
      {
        when: "nothing is said of a bucket of Oracle",
        resources: [bucket({})],
        says: "shows its objects to everybody",
      },
      {
        when: "a stream pool has a public address",
        resources: [oci("Streaming/streamPool:StreamPool", {})],
        says: "can be reached from the internet",
      },
      {
        when: "a database of Oracle has no guard",
        resources: [oci("Psql/dbSystem:DbSystem", { networkDetails: { subnetId: "one" } })],
        says: "has no guard before it",
      },
      {
        when: "a cache has no guard",
        resources: [oci("Redis/redisCluster:RedisCluster", { subnetId: "one" })],
        says: "has no guard before it",
      },
      {
        when: "an API server of OKE has no guard",
        resources: [cluster({ endpointConfig: { isPublicIpEnabled: true, subnetId: "one" } })],
        says: "has an API server that everybody reaches",
      },
      {
        when: "a guard lets in the internet to an API server",
        resources: [way("0.0.0.0/0", 6_443)],
        says: "lets 0.0.0.0/0 to more than the gateway's ports",
      },
      {
        when: "a guard lets in the internet to everything",
        resources: [way("0.0.0.0/0", 1, 65_535)],
        says: "lets 0.0.0.0/0 to more than the gateway's ports",
      },
      {
        when: "images are",
        resources: [oci("Artifacts/containerRepository:ContainerRepository", { isPublic: true })],
        says: "shows its images to everybody",
      },
    ],
    accepts: [
      {
        when: "Oracle's services are guarded",
        resources: [
          bucket({ accessType: "NoPublicAccess" }),
          oci("Psql/dbSystem:DbSystem", { networkDetails: { nsgIds: ["guard"] } }),
          cluster({ endpointConfig: { isPublicIpEnabled: true, nsgIds: ["guard"] } }),
          cluster({ endpointConfig: { isPublicIpEnabled: false } }),
          ...[way("0.0.0.0/0", 443), way("0.0.0.0/0", 30_000, 32_767), way("10.0.0.0/8", 6_443)],
        ],
      },
    ],
  },
  "cloud-data-is-encrypted-with-our-key": {
    rejects: [
      ...[cluster({}), bucket({}), oci("Streaming/streamPool:StreamPool", {})].map((resource) => ({
        when: `${resource.type} has a key of Oracle`,
        resources: [resource],
        says: "is not encrypted with a key of the customer",
      })),
      {
        when: "disks of OKE's nodes have none",
        resources: [oci("ContainerEngine/nodePool:NodePool", { nodeConfigDetails: {} })],
        says: "is not encrypted with a key of the customer",
      },
    ],
    accepts: [
      {
        when: "Oracle was given one",
        resources: [cluster({ kmsKeyId: "key" }), bucket({ kmsKeyId: "key" })],
      },
    ],
  },
  "cloud-connections-are-encrypted": {
    rejects: [
      {
        when: "nodes of OKE talk to their disks in clear",
        resources: [oci("ContainerEngine/nodePool:NodePool", { nodeConfigDetails: {} })],
        says: "talks to its disks without encryption",
      },
    ],
    accepts: [],
  },
  "cloud-identities-are-narrow": {
    rejects: [
      {
        when: "a group may manage all-resources in a tenancy",
        resources: [policy(`Allow group todo to manage all-resources ${there}`)],
        says: "gives rights to all-resources",
      },
      {
        when: "a right is for a whole tenancy",
        resources: [policy("Allow group todo to read buckets in tenancy")],
        says: "gives its rights in the whole tenancy",
      },
      {
        when: "a right is for everybody",
        resources: [policy(`Allow any-user to use keys ${there}`)],
        says: "is for everybody",
      },
      {
        when: "a right is for everybody who uses a key",
        resources: [
          policy(`Allow any-user to use keys ${there} where all {target.key.id = 'key'}`),
        ],
        says: "is for everybody",
      },
      {
        when: "a user of a cache comes in without a password",
        resources: [
          oci("Redis/ociCacheUser:OciCacheUser", {
            authenticationMode: { authenticationType: "NO_PASSWORD_REQUIRED" },
          }),
        ],
        says: "lets in whoever comes",
      },
    ],
    accepts: [
      {
        when: "a right is for one workload, or one kind of resource",
        resources: [
          policy(
            `Allow any-user to use keys ${there} where all {request.principal.type = 'workload'}`,
            `Allow group id ocid1.group.oc1..todo to read repos ${there}`,
          ),
        ],
      },
    ],
  },
  "cloud-data-is-protected": {
    rejects: [
      {
        when: "a bucket of Oracle is not",
        resources: [bucket({}, false)],
        settings: prod,
        says: "holds data and can be deleted like anything else",
      },
    ],
    accepts: [{ when: "a bucket of Oracle is", resources: [bucket({})], settings: prod }],
  },
};

/** The cases of some rules and more of the same. */
export const withMore = (cases: Cases, more: Readonly<Record<string, More>>): Cases =>
  Object.fromEntries(
    Object.entries(cases).map(([rule, { rejects, accepts }]) => [
      rule,
      {
        rejects: [...rejects, ...(more[rule]?.rejects ?? [])],
        accepts: [...accepts, ...(more[rule]?.accepts ?? [])],
      },
    ]),
  );
