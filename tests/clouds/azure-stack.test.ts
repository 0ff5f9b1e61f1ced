import { beforeAll, describe, expect, test } from "vitest";
import { topicSpecs } from "#components/kafka/topics.ts";
import { aksSetting } from "./azure.ts";
import { type CloudRecord, componentOf } from "./record-cloud.ts";
import { busyTimeoutMs, recordCloudStack } from "./stacks.ts";

/** A stack for which Azure runs all that it can, with other keys of its configuration. */
const recordStack = (changes: object) =>
  recordCloudStack({ cluster: "aks", kafka: "managed", data: "managed" }, { ...changes });

let managed: CloudRecord;
let mixed: CloudRecord;

beforeAll(async () => {
  managed = await recordStack({});
  mixed = await recordStack({
    kafka: { engine: "strimzi" },
    postgres: { engine: "cloudnative-pg", backup: { store: "blob-storage" } },
    redis: { engine: "cluster" },
    secrets: { store: "kubernetes" },
  });
}, busyTimeoutMs);

const of = (record: CloudRecord, type: string) =>
  record.resources.filter((one) => one.type === `azure-native:${type}`);
const component = (name: string) => componentOf(managed, name);

test("a whole stack on Azure has no input that the SDK does not know", () => {
  expect([...managed.faults, ...mixed.faults]).toEqual([]);
});

describe("Event Hubs", () => {
  test("has a hub for each topic of the contracts, with its partitions and retention", () => {
    const hubs = of(managed, "eventhub:EventHub").map(({ inputs }) => [
      inputs.eventHubName,
      inputs.partitionCount,
      inputs.retentionDescription.retentionTimeInHours,
    ]);
    const wanted = topicSpecs("prod", {}, "brokers").map(({ name, partitions, config }) => [
      name,
      partitions,
      Number(config["retention.ms"]) / 3_600_000,
    ]);
    expect(hubs).toEqual(wanted);
  });

  test("has a key for each user, that may send or listen as its contract says", () => {
    const rights = of(managed, "eventhub:NamespaceAuthorizationRule").map(({ inputs }) => [
      inputs.authorizationRuleName,
      inputs.rights,
    ]);
    expect(Object.fromEntries(rights)).toEqual({
      backend: ["Send", "Listen"],
      notification: ["Send", "Listen"],
      audit: ["Send", "Listen"],
      recurring: ["Send", "Listen"],
      sync: ["Listen"],
      viewer: ["Listen"],
    });
  });

  test("is what the sidecars are told, in the protocol and size that it knows", () => {
    const { metadata } = component("kafka-pubsub");
    expect(metadata.get("saslMechanism")).toMatchObject({ value: "PLAINTEXT" });
    expect(metadata.get("version")).toMatchObject({ value: "1.0.0" });
    expect(metadata.get("disableTls")).toMatchObject({ value: "false" });
    expect(metadata.get("maxMessageBytes")).toMatchObject({ value: "1000000" });
    expect(JSON.stringify(metadata.get("brokers"))).toContain(".servicebus.windows.net:9093");
  });

  test("is brought into line by nobody else: there is no Job for it", () => {
    const jobs = managed.resources.filter(({ type }) => type === "kubernetes:batch/v1:Job");
    expect(jobs.map(({ name }) => name)).not.toContain("kafka-provision");
  });
});

test("what keeps data is private, encrypted with our key, protected and locked", () => {
  const server = of(managed, "dbforpostgresql:Server")[0];
  expect(server).toMatchObject({ protect: true, retainOnDelete: true });
  expect(server?.inputs).toMatchObject({
    network: { publicNetworkAccess: "Disabled" },
    highAvailability: { mode: "ZoneRedundant" },
    dataEncryption: { primaryKeyURI: "todo-data-keyUri" },
    backup: { backupRetentionDays: 35 },
  });
  expect(of(managed, "redisenterprise:RedisEnterprise")[0]?.inputs).toMatchObject({
    publicNetworkAccess: "Disabled",
    highAvailability: "Enabled",
  });
  const ends = of(managed, "network:PrivateEndpoint").map(
    ({ inputs }) => inputs.privateLinkServiceConnections[0].groupIds[0],
  );
  expect(ends.sort()).toEqual(["namespace", "postgresqlServer", "redisEnterprise", "vault"]);
  const locks = of(managed, "authorization:ManagementLockByScope").map(({ name }) => name);
  const hubs = of(managed, "eventhub:EventHub").map(({ name }) => `todo-events-${name}`);
  expect(locks.sort()).toEqual([...hubs, "todo-postgres", "todo-redis"].sort());
});

describe("Key Vault", () => {
  test("has what components look up, for those services that have a use for it", () => {
    const secrets = of(managed, "keyvault:Secret").map(({ inputs }) => inputs.secretName);
    expect(secrets.sort()).toEqual(["mail-password", "redis-password"]);
    const scopes = of(managed, "authorization:RoleAssignment")
      .filter(({ inputs }) => inputs.roleDefinitionId.includes("4633458b-"))
      .map(({ name }) => name);
    expect(scopes.sort()).toEqual([
      "todo-backend-mail-password",
      "todo-backend-redis-password",
      "todo-notification-mail-password",
    ]);
  });

  test("is the store of secrets of every component, by the sidecars' own identity", () => {
    expect(component("secrets")).toMatchObject({ spec: { type: "secretstores.azure.keyvault" } });
    expect(component("statestore").auth).toEqual({ secretStore: "secrets" });
    expect(component("statestore").metadata.get("redisPassword")).toMatchObject({
      secretKeyRef: { name: "redis-password", key: "redis-password" },
    });
  });
});

test("services that read the vault have an identity there, and their pods say so", () => {
  const account = managed.resources.find(
    ({ type, name }) => type === "kubernetes:core/v1:ServiceAccount" && name === "backend",
  );
  expect(account?.inputs.metadata.annotations).toEqual({
    "azure.workload.identity/client-id": "todo-backend-clientId",
  });
});

test("backups of a PostgreSQL in the cluster go to a store that only it may write", () => {
  expect(of(mixed, "storage:StorageAccount")[0]?.inputs).toMatchObject({
    allowSharedKeyAccess: false,
    allowBlobPublicAccess: false,
    publicNetworkAccess: "Disabled",
  });
  const postgres = mixed.resources.find(({ type }) => type.endsWith(":Cluster"));
  expect(postgres?.inputs.spec).toMatchObject({
    backup: { barmanObjectStore: { azureCredentials: { inheritFromAzureAD: true } } },
    serviceAccountTemplate: {
      metadata: { annotations: { "azure.workload.identity/client-id": "todo-postgres-clientId" } },
    },
    inheritedMetadata: { labels: { "azure.workload.identity/use": "true" } },
  });
  expect(of(mixed, "eventhub:Namespace")).toEqual([]);
});

test.each<[string, object, string]>([
  [
    "a service of Azure on a cluster elsewhere",
    { cluster: { kind: "minikube" } },
    'kafka.engine is "event-hubs", a service of azure, but cluster.kind is "minikube"',
  ],
  [
    "a vault of Azure on a cluster elsewhere",
    { cluster: { kind: "existing" }, kafka: { engine: "strimzi" } },
    'secrets.store is "key-vault", a service of azure',
  ],
  [
    "state whose address no vault can have",
    { stateStore: "postgres" },
    'secrets.store is "key-vault", but stateStore is "postgres"',
  ],
  [
    "more hubs than the tier has",
    { kafka: { engine: "event-hubs", tier: "Standard" } },
    "Event Hubs, tier Standard: there are at most 10 topics, the contracts need 13",
  ],
  [
    "longer retention than the tier has",
    { kafka: { engine: "event-hubs", tier: "Standard" } },
    "at most 168 h, task-events.audit.dlq needs 720 h",
  ],
  [
    "more partitions than a hub may have",
    {
      kafka: { engine: "event-hubs", tuning: { topics: { "task-events": { partitions: 101 } } } },
    },
    "a topic has at most 100 partitions, task-events needs 101",
  ],
  [
    "more partitions than the units carry",
    {
      kafka: {
        engine: "event-hubs",
        tuning: { topics: { "task-events": { partitions: 99 }, reminders: { partitions: 90 } } },
      },
    },
    "with 1 processing unit: there are at most 200 partitions",
  ],
  [
    "a vault for what is made too late for it",
    { kafka: { engine: "strimzi" } },
    "whose certificate authority is a Secret of Kubernetes",
  ],
  [
    "a region without zones",
    { cluster: { ...aksSetting, location: "westus" } },
    "cluster.location",
  ],
])("%s is refused before any resource, by name and with the source", async (_, changes, fault) => {
  await expect(recordStack(changes)).rejects.toThrow(fault);
});
