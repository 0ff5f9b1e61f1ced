import { beforeAll, describe, expect, test } from "vitest";
import { topicSpecs } from "#components/kafka/topics.ts";
import { userSpecs } from "#components/kafka/users.ts";
import { gkeSetting } from "./google.ts";
import { type CloudRecord, componentOf } from "./record-cloud.ts";
import { recordCloudStack } from "./stacks.ts";

/** A stack for which Google runs all that it can, with other keys of its configuration. */
const recordStack = (changes: object) =>
  recordCloudStack({ cluster: "gke", kafka: "managed", data: "managed" }, { ...changes });

let managed: CloudRecord;
let mixed: CloudRecord;

beforeAll(async () => {
  managed = await recordStack({
    kafka: { engine: "google-managed-kafka", operators: ["ops@example.com"] },
  });
  mixed = await recordStack({
    kafka: { engine: "strimzi" },
    postgres: { engine: "cloudnative-pg", backup: { store: "cloud-storage" } },
    redis: { engine: "cluster" },
    secrets: { store: "kubernetes" },
  });
});

const of = (record: CloudRecord, type: string) =>
  record.resources.filter((one) => one.type === `gcp:${type}`);
const component = (name: string) => componentOf(managed, name);

test("a whole stack on Google Cloud has no input that the SDK does not know", () => {
  expect(managed.resources.filter(({ type }) => type.startsWith("gcp:")).length).toBeGreaterThan(
    90,
  );
  expect([...managed.faults, ...mixed.faults]).toEqual([]);
});

describe("Managed Kafka", () => {
  test("has a topic for each of the contracts, with its partitions, retention and three copies", () => {
    const topics = of(managed, "managedkafka/topic:Topic").map(({ inputs }) => [
      inputs.topicId,
      inputs.partitionCount,
      inputs.replicationFactor,
      inputs.configs["retention.ms"],
    ]);
    const wanted = topicSpecs("prod", {}, "brokers").map(({ name, partitions, config }) => [
      name,
      partitions,
      3,
      config["retention.ms"],
    ]);
    expect(topics.sort()).toEqual(wanted.sort());
  });

  test("has an account with a key for each user, which may connect and no more", () => {
    const users = [...userSpecs(), { name: "viewer" }].map(({ name }) => `todo-kafka-${name}`);
    const keys = of(managed, "serviceaccount/key:Key").map(({ name }) => name);
    expect(keys.sort()).toEqual([...users].sort());
    const rights = of(managed, "projects/iAMMember:IAMMember")
      .filter(({ name }) => name.startsWith("todo-kafka-"))
      .map(({ name, inputs }) => [name, inputs.role]);
    expect(Object.fromEntries(rights)).toEqual(
      Object.fromEntries(
        [...users, "todo-kafka-ops@example.com"].map((user) => [user, "roles/managedkafka.client"]),
      ),
    );
  });

  test("lets each of them do with a topic what its contract says", () => {
    const acls = of(managed, "managedkafka/acl:Acl").map(({ inputs }) => inputs);
    const reminders = acls.find(({ aclId }) => aclId === "topic/reminders");
    const may = reminders?.aclEntries.map(
      ({ principal, operation }: { principal: string; operation: string }) =>
        `${principal} ${operation}`,
    );
    expect(may).toContain("User:todo-kafka-backend-email WRITE");
    expect(may).toContain("User:todo-kafka-notification-email READ");
    expect(may.some((entry: string) => entry.includes("recurring"))).toBe(false);
    expect(acls.find(({ aclId }) => aclId === "allTransactionalIds")?.aclEntries).toMatchObject([
      { principal: "User:ops@example.com", operation: "ALL" },
    ]);
  });

  test("is what the sidecars are told, over TLS and with their own key", () => {
    const { metadata } = component("kafka-pubsub");
    expect(metadata.get("saslMechanism")).toMatchObject({ value: "PLAINTEXT" });
    expect(metadata.get("version")).toMatchObject({ value: "3.7.0" });
    expect(metadata.get("disableTls")).toMatchObject({ value: "false" });
    expect(metadata.get("brokers")).toMatchObject({
      value: "bootstrap.todo-todo-events.europe-west1.managedkafka.todo-project.cloud.goog:9092",
    });
  });

  test("is brought into line by nobody else: there is no Job for it", () => {
    const jobs = managed.resources.filter(({ type }) => type === "kubernetes:batch/v1:Job");
    expect(jobs.map(({ name }) => name)).not.toContain("kafka-provision");
  });
});

test("PostgreSQL is private, by TLS, twice, backed up, and cannot be deleted by mistake", () => {
  const server = of(managed, "sql/databaseInstance:DatabaseInstance")[0];
  expect(server).toMatchObject({ protect: true, retainOnDelete: true });
  expect(server?.inputs).toMatchObject({
    deletionProtection: true,
    encryptionKeyName: "todo-id",
    settings: {
      availabilityType: "REGIONAL",
      deletionProtectionEnabled: true,
      ipConfiguration: { ipv4Enabled: false, sslMode: "ENCRYPTED_ONLY" },
      backupConfiguration: { pointInTimeRecoveryEnabled: true, transactionLogRetentionDays: 7 },
    },
  });
});

test("PostgreSQL is reached by the name in its certificate, which leads to its private address", () => {
  const record = of(managed, "dns/recordSet:RecordSet")[0]?.inputs;
  expect(record).toMatchObject({
    name: "a.b.sql-psa.goog.",
    rrdatas: ["todo-postgres-privateIpAddress"],
  });
  const told = managed.resources.filter(({ inputs }) =>
    JSON.stringify(inputs).includes("@a.b.sql-psa.goog:5432/todo?sslmode=verify-full"),
  );
  expect(told.map(({ type }) => type)).toContain("kubernetes:core/v1:Secret");
});

test("Redis is private, by TLS with its own authority and a password, and twice", () => {
  expect(of(managed, "redis/instance:Instance")[0]).toMatchObject({
    protect: true,
    inputs: {
      tier: "STANDARD_HA",
      authEnabled: true,
      transitEncryptionMode: "SERVER_AUTHENTICATION",
      customerManagedKey: "todo-id",
      deletionProtection: true,
    },
  });
});

describe("Secret Manager", () => {
  test("has what components look up, for those services that have a use for it", () => {
    const secrets = of(managed, "secretmanager/secret:Secret").map(({ inputs }) => inputs.secretId);
    expect(secrets.sort()).toEqual(["todo-todo-mail-password", "todo-todo-redis-password"]);
    const rights = of(managed, "secretmanager/secretIamMember:SecretIamMember");
    expect(rights.map(({ name, inputs }) => [name, inputs.member]).sort()).toEqual([
      ["todo-backend-mail-password", "todo-backend-member"],
      ["todo-backend-redis-password", "todo-backend-member"],
      ["todo-notification-mail-password", "todo-notification-member"],
    ]);
  });

  test("is the store of secrets of every component, by the sidecars' own identity", () => {
    const store = component("secrets");
    expect(store).toMatchObject({ spec: { type: "secretstores.gcp.secretmanager" } });
    expect([...store.metadata.keys()]).toEqual(["project_id"]);
    expect(component("statestore").auth).toEqual({ secretStore: "secrets" });
    expect(component("statestore").metadata.get("redisPassword")).toMatchObject({
      secretKeyRef: { name: "todo-todo-redis-password", key: "todo-todo-redis-password" },
    });
  });
});

test("services have an account at Google, and their service accounts say so", () => {
  const account = managed.resources.find(
    ({ type, name }) => type === "kubernetes:core/v1:ServiceAccount" && name === "backend",
  );
  expect(account?.inputs.metadata.annotations).toEqual({
    "iam.gke.io/gcp-service-account": "todo-backend-email",
  });
});

test("backups of a PostgreSQL in the cluster go to a bucket that only it may write", () => {
  const bucket = of(mixed, "storage/bucket:Bucket")[0];
  expect(bucket?.inputs).toMatchObject({
    publicAccessPrevention: "enforced",
    uniformBucketLevelAccess: true,
  });
  const rights = of(mixed, "storage/bucketIAMMember:BucketIAMMember").map(({ inputs }) => inputs);
  expect(new Set(rights.map(({ member }) => member))).toEqual(new Set(["todo-postgres-member"]));
  const postgres = mixed.resources.find(
    ({ type }) => type.startsWith("kubernetes:postgresql.cnpg.io/") && type.endsWith(":Cluster"),
  );
  expect(postgres?.inputs.spec).toMatchObject({
    backup: { barmanObjectStore: { googleCredentials: { gkeEnvironment: true } } },
    serviceAccountTemplate: {
      metadata: { annotations: { "iam.gke.io/gcp-service-account": "todo-postgres-email" } },
    },
  });
  const policy = mixed.resources.find(
    ({ type, name }) => type.endsWith(":NetworkPolicy") && name === "postgres",
  );
  const ports = policy?.inputs.spec.egress.flatMap((rule: { ports: { port: number }[] }) =>
    rule.ports.map(({ port }) => port),
  );
  // Of the node's server of metadata, which gives the tokens.
  expect(ports).toContain(80);
  expect(of(mixed, "managedkafka/cluster:Cluster")).toEqual([]);
});

test.each<[string, object, string]>([
  [
    "a service of Google on a cluster elsewhere",
    { cluster: { kind: "minikube" } },
    'kafka.engine is "google-managed-kafka", a service of gcp, but cluster.kind is "minikube"',
  ],
  [
    "a service of Google on a cluster of Azure",
    {
      cluster: {
        kind: "aks",
        administrators: ["11111111-2222-3333-4444-555555555555"],
        allowedRanges: ["203.0.113.0/24"],
      },
    },
    'kafka.engine is "google-managed-kafka", a service of gcp, but cluster.kind is "aks"',
  ],
  [
    "a service of Azure on a cluster of Google",
    { kafka: { engine: "event-hubs" } },
    'kafka.engine is "event-hubs", a service of azure, but cluster.kind is "gke"',
  ],
  [
    "a region without the service",
    { cluster: { ...gkeSetting, region: "northamerica-south1" } },
    "Google Managed Kafka is not in the region northamerica-south1",
  ],
  [
    "more memory than its processors carry",
    { kafka: { engine: "google-managed-kafka", processors: 3, memoryGb: 25 } },
    "must be 1 to 8 for each of the processors",
  ],
  [
    "fewer processors than there are zones",
    { kafka: { engine: "google-managed-kafka", processors: 2 } },
    "must be 3 at least",
  ],
  [
    "points in time of an edition that this is not",
    { postgres: { engine: "cloud-sql", recoveryDays: 14 } },
    "postgres.recoveryDays",
  ],
  [
    "a vault for what is made too late for it",
    { kafka: { engine: "strimzi" } },
    "whose certificate authority is a Secret of Kubernetes",
  ],
  ["a region that there is not", { cluster: { ...gkeSetting, region: "x" } }, "cluster.region"],
])("%s is refused before any resource, by name", async (_, changes, fault) => {
  await expect(recordStack(changes)).rejects.toThrow(fault);
});
