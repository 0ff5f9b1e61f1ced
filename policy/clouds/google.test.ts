import { describe, expect, test } from "vitest";
import { prod, registered } from "../cases/case.ts";
import { examine } from "../examine.ts";

const google = (type: string, inputs: object) =>
  registered(`gcp:${type}`, "it", inputs, { protect: true });
const database = "sql/databaseInstance:DatabaseInstance";
const cluster = "container/cluster:Cluster";
const ip = (changes: object) => ({
  encryptionKeyName: "key",
  settings: { ipConfiguration: { ipv4Enabled: false, sslMode: "ENCRYPTED_ONLY", ...changes } },
});
const sound = {
  privateClusterConfig: { enablePrivateNodes: true },
  masterAuthorizedNetworksConfig: { cidrBlocks: [{ cidrBlock: "203.0.113.0/24" }] },
  databaseEncryption: { state: "ENCRYPTED" },
  workloadIdentityConfig: { workloadPool: "todo.svc.id.goog" },
};
const redis = {
  authorizedNetwork: "net",
  customerManagedKey: "key",
  transitEncryptionMode: "SERVER_AUTHENTICATION",
  authEnabled: true,
};
const bucket = {
  publicAccessPrevention: "enforced",
  uniformBucketLevelAccess: true,
  encryption: { defaultKmsKeyName: "key" },
};
const reader = "roles/secretmanager.secretAccessor";
const secretRight = "secretmanager/secretIamMember:SecretIamMember";
const accountRight = "serviceaccount/iAMMember:IAMMember";
const projectRight = "projects/iAMMember:IAMMember";
const identityUser = "roles/iam.workloadIdentityUser";

const told = (type: string, inputs: object) =>
  examine([google(type, inputs)], { ...prod })
    .filter(({ rule }) => rule.startsWith("cloud-"))
    .map(({ rule, message }) => `${rule}: ${message}`);

describe("what is not as the rules want it is told", () => {
  test.each<[string, object, string, string]>([
    [database, ip({ ipv4Enabled: true }), "not-public", "reached from the internet"],
    [database, ip({ ipv4Enabled: undefined }), "not-public", "reached from the internet"],
    [
      database,
      ip({ authorizedNetworks: [{ value: "1.2.3.4" }] }),
      "not-public",
      "opens a database",
    ],
    [database, { ...ip({}), encryptionKeyName: undefined }, "with-our-key", "key of the customer"],
    [database, ip({ sslMode: "ALLOW_UNENCRYPTED_AND_ENCRYPTED" }), "encrypted", "without TLS"],
    ["redis/instance:Instance", { ...redis, authEnabled: false }, "narrow", "for a password"],
    [
      "redis/instance:Instance",
      { ...redis, authorizedNetwork: undefined },
      "not-public",
      "network",
    ],
    [
      "redis/instance:Instance",
      { ...redis, transitEncryptionMode: "DISABLED" },
      "encrypted",
      "without TLS",
    ],
    ["managedkafka/cluster:Cluster", { gcpConfig: {} }, "with-our-key", "key of the customer"],
    [
      "managedkafka/acl:Acl",
      { aclEntries: [{ principal: "User:*", operation: "READ" }] },
      "narrow",
      "gives a right to everybody",
    ],
    [
      "secretmanager/secret:Secret",
      { replication: { auto: {} } },
      "with-our-key",
      "key of the customer",
    ],
    [
      "storage/bucket:Bucket",
      { ...bucket, publicAccessPrevention: "inherited" },
      "not-public",
      "to everybody",
    ],
    ["storage/bucket:Bucket", { ...bucket, encryption: undefined }, "with-our-key", "key"],
    [
      cluster,
      { ...sound, masterAuthorizedNetworksConfig: undefined },
      "not-public",
      "everybody reaches",
    ],
    [
      cluster,
      { ...sound, masterAuthorizedNetworksConfig: { cidrBlocks: [{ cidrBlock: "0.0.0.0/0" }] } },
      "not-public",
      "lets 0.0.0.0/0 to its API server",
    ],
    [cluster, { ...sound, privateClusterConfig: {} }, "not-public", "nodes in the internet"],
    [cluster, { ...sound, databaseEncryption: undefined }, "with-our-key", "key of the customer"],
    [cluster, { ...sound, workloadIdentityConfig: undefined }, "narrow", "account of their node"],
    [
      "container/nodePool:NodePool",
      { nodeConfig: { bootDiskKmsKey: "key" } },
      "narrow",
      "account of their node",
    ],
    ["logging/projectBucketConfig:ProjectBucketConfig", {}, "with-our-key", "key of the customer"],
    ["artifactregistry/repository:Repository", {}, "with-our-key", "key of the customer"],
    ["compute/firewall:Firewall", { sourceRanges: ["0.0.0.0/0"] }, "not-public", "to the nodes"],
    [projectRight, { role: "roles/owner" }, "narrow", "gives the role owner"],
    [projectRight, { role: reader }, "narrow", "for a whole project"],
    ["projects/iAMBinding:IAMBinding", { role: reader }, "narrow", "takes it from everybody else"],
    [secretRight, { role: "roles/secretmanager.admin" }, "narrow", "the role secretmanager.admin"],
    [secretRight, { role: reader, member: "allUsers" }, "not-public", "who are all people"],
    [
      accountRight,
      { role: identityUser, member: "serviceAccount:todo.svc.id.goog[todo/*]" },
      "narrow",
      "act as the account",
    ],
  ])("%s %j", (type, inputs, rule, says) => {
    expect(told(type, inputs).join("\n")).toMatch(
      new RegExp(`^cloud-[a-z-]*${rule}: .*${says}`, "m"),
    );
  });

  test("what holds data and can be deleted like anything else", () => {
    const open = { ...google("sql/database:Database", {}), protect: false };
    expect(examine([open], { ...prod }).map(({ rule }) => rule)).toEqual([
      "cloud-data-is-protected",
    ]);
  });
});

test.each<[string, object]>([
  [database, ip({})],
  ["redis/instance:Instance", redis],
  ["managedkafka/cluster:Cluster", { gcpConfig: { kmsKey: "key" } }],
  ["storage/bucket:Bucket", bucket],
  [cluster, sound],
  ["compute/firewall:Firewall", { sourceRanges: ["10.64.48.0/28"], direction: "INGRESS" }],
  [projectRight, { role: "roles/managedkafka.client" }],
  [secretRight, { role: reader, member: "serviceAccount:a@todo.iam.gserviceaccount.com" }],
  [accountRight, { role: identityUser, member: "serviceAccount:todo.svc.id.goog[todo/backend]" }],
])("%s %j is as they want it", (type, inputs) => {
  expect(told(type, inputs)).toEqual([]);
});
