import type { Props } from "../resource.ts";
import { listOf } from "../resource.ts";
import { type Traits, unless } from "./traits.ts";

const openWay = "can be reached from the internet";
const noKey = "is not encrypted with a key of the customer";
const internet = (range: unknown): boolean => /\/0$/.test(String(range));

/** Roles with which somebody may do everything in a project. */
const basic = ["roles/owner", "roles/editor"];
/** Roles that Google knows for a whole project only, and that do one thing. */
const ofProjects = ["roles/container.defaultNodeServiceAccount", "roles/managedkafka.client"];

/** A right on one resource. */
const right: Traits = { open: openToAll, wide: wideRole };

/** What Google's kinds of resources are to the rules. */
export const googleKinds: Readonly<Record<string, Traits>> = {
  "gcp:sql/databaseInstance:DatabaseInstance": {
    open: ({ settings }) => [
      ...unless(settings?.ipConfiguration?.ipv4Enabled === false, openWay),
      ...unless(
        listOf(settings?.ipConfiguration?.authorizedNetworks).length === 0,
        "opens a database to addresses of the internet",
      ),
    ],
    unlocked: ({ encryptionKeyName }) => unless(encryptionKeyName !== undefined, noKey),
    inClear: ({ settings }) =>
      unless(
        ["ENCRYPTED_ONLY", "TRUSTED_CLIENT_CERTIFICATE_REQUIRED"].includes(
          settings?.ipConfiguration?.sslMode,
        ),
        "takes connections without TLS",
      ),
    keepsData: true,
  },
  "gcp:sql/database:Database": { keepsData: true },
  "gcp:redis/instance:Instance": {
    open: ({ authorizedNetwork }) =>
      unless(authorizedNetwork !== undefined, "is in the network that a project begins with"),
    unlocked: ({ customerManagedKey }) => unless(customerManagedKey !== undefined, noKey),
    inClear: ({ transitEncryptionMode }) =>
      unless(transitEncryptionMode === "SERVER_AUTHENTICATION", "takes connections without TLS"),
    wide: ({ authEnabled }) => unless(authEnabled === true, "asks nobody for a password"),
    keepsData: true,
  },
  "gcp:managedkafka/cluster:Cluster": {
    unlocked: ({ gcpConfig }) => unless(gcpConfig?.kmsKey !== undefined, noKey),
    keepsData: true,
  },
  "gcp:managedkafka/topic:Topic": { keepsData: true },
  "gcp:managedkafka/acl:Acl": {
    wide: ({ aclEntries }) =>
      unless(
        !listOf(aclEntries).some(({ principal }) => principal === "User:*"),
        "gives a right to everybody",
      ),
  },
  "gcp:secretmanager/secret:Secret": {
    unlocked: ({ replication }) => {
      const replicas = listOf(replication?.userManaged?.replicas);
      const locked = replicas.filter((one) => one.customerManagedEncryption !== undefined);
      return unless(replicas.length > 0 && locked.length === replicas.length, noKey);
    },
  },
  "gcp:storage/bucket:Bucket": {
    open: ({ publicAccessPrevention, uniformBucketLevelAccess }) => [
      ...unless(publicAccessPrevention === "enforced", "may show objects to everybody"),
      ...unless(uniformBucketLevelAccess === true, "has rights of single objects"),
    ],
    unlocked: ({ encryption }) => unless(encryption?.defaultKmsKeyName !== undefined, noKey),
    keepsData: true,
  },
  "gcp:kms/keyRing:KeyRing": { keepsData: true },
  "gcp:kms/cryptoKey:CryptoKey": { keepsData: true },
  "gcp:container/cluster:Cluster": {
    open: ({ masterAuthorizedNetworksConfig, privateClusterConfig }) => {
      const ranges = listOf(masterAuthorizedNetworksConfig?.cidrBlocks).map((one) => one.cidrBlock);
      return [
        ...unless(
          privateClusterConfig?.enablePrivateEndpoint === true || ranges.length > 0,
          "has an API server that everybody reaches",
        ),
        ...ranges.filter(internet).map((range) => `lets ${range} to its API server`),
        ...unless(privateClusterConfig?.enablePrivateNodes === true, "has nodes in the internet"),
      ];
    },
    unlocked: ({ databaseEncryption }) => unless(databaseEncryption?.state === "ENCRYPTED", noKey),
    wide: ({ enableLegacyAbac, masterAuth, workloadIdentityConfig }) => [
      ...unless(enableLegacyAbac !== true, "gives rights without roles"),
      ...unless(
        masterAuth?.clientCertificateConfig?.issueClientCertificate !== true,
        "has a certificate that may do everything",
      ),
      ...unless(
        workloadIdentityConfig?.workloadPool !== undefined,
        "lets pods act as the account of their node",
      ),
    ],
    keepsData: true,
  },
  "gcp:container/nodePool:NodePool": {
    unlocked: ({ nodeConfig }) => unless(nodeConfig?.bootDiskKmsKey !== undefined, noKey),
    wide: ({ nodeConfig }) =>
      unless(
        nodeConfig?.workloadMetadataConfig?.mode === "GKE_METADATA",
        "lets pods act as the account of their node",
      ),
  },
  "gcp:artifactregistry/repository:Repository": {
    unlocked: ({ kmsKeyName }) => unless(kmsKeyName !== undefined, noKey),
  },
  "gcp:logging/projectBucketConfig:ProjectBucketConfig": {
    unlocked: ({ cmekSettings }) => unless(cmekSettings?.kmsKeyName !== undefined, noKey),
  },
  "gcp:compute/firewall:Firewall": {
    open: ({ sourceRanges, direction }) =>
      listOf(sourceRanges)
        .filter((range) => direction !== "EGRESS" && internet(range))
        .map((range) => `lets ${range} to the nodes`),
  },
  "gcp:projects/iAMMember:IAMMember": {
    wide: (props) => [
      ...wideRole(props),
      ...unless(ofProjects.includes(props.role), `gives ${props.role} for a whole project`),
    ],
  },
  "gcp:projects/iAMBinding:IAMBinding": { wide: takesAway },
  "gcp:projects/iAMPolicy:IAMPolicy": { wide: takesAway },
  "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember": right,
  "gcp:secretmanager/secretIamMember:SecretIamMember": right,
  "gcp:storage/bucketIAMMember:BucketIAMMember": right,
  "gcp:artifactregistry/repositoryIamMember:RepositoryIamMember": right,
  "gcp:serviceaccount/iAMMember:IAMMember": {
    ...right,
    wide: (props) => [
      ...wideRole(props),
      // Whose tokens are taken: one account of Kubernetes, in one namespace.
      ...unless(
        props.role !== "roles/iam.workloadIdentityUser" ||
          /\[[^*/]+\/[^*/]+\]$/.test(String(props.member)),
        `lets ${props.member} act as the account`,
      ),
    ],
  },
};

function openToAll({ member }: Props): string[] {
  return unless(
    !["allUsers", "allAuthenticatedUsers"].includes(member),
    `is given to ${member}, who are all people`,
  );
}

function wideRole({ role }: Props): string[] {
  const name = String(role);
  const almighty = basic.includes(name) || /admin$/i.test(name);
  return unless(!almighty, `gives the role ${name.replace("roles/", "")}`);
}

function takesAway(): string[] {
  return ["says who has a role in the project, and takes it from everybody else"];
}
