import * as pulumi from "@pulumi/pulumi";
import { beforeAll, describe, expect, test } from "vitest";
import { topicSpecs } from "#components/kafka/topics.ts";
import type { Recorded } from "#components/recording.ts";
import { secretMark } from "#components/recording.ts";
import { examine } from "#policy/examine.ts";
import { readConfig } from "#stacks/config.ts";
import { createKubernetesStack } from "#stacks/kubernetes.ts";
import { aksSetting } from "./azure.ts";
import { canary } from "./canary.ts";
import { ociAnswers, ociOutputs, okeSetting, streamingSetting } from "./oci.ts";
import { type CloudRecord, componentOf, recordCloud } from "./record-cloud.ts";

const settings = {
  target: "kubernetes",
  size: "prod",
  cluster: okeSetting,
  kafka: streamingSetting,
  postgres: { engine: "oci-postgresql" },
  redis: { engine: "oci-cache" },
  secrets: { store: "oci-vault" },
  images: { from: "registry", registry: "registry.example.com/todo", tag: "sha-0123456789abcdef" },
  mail: {
    host: "smtp.example.com",
    from: "todo@example.com",
    ...{ username: "todo", password: `${canary}-mail` },
  },
};

const outputs = (type: string, name: string): object =>
  type === "host:index:Password"
    ? { value: pulumi.secret(`${canary}-${name}`) }
    : ociOutputs(type, name);

const recordStack = (changes: object) => {
  const config = Object.fromEntries(
    Object.entries({ ...settings, ...changes }).map(([key, value]) => [
      `todo-evolution:${key}`,
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  );
  return recordCloud(
    async () => {
      const read = readConfig(config);
      if (read.target === "kubernetes") await createKubernetesStack(read);
    },
    { outputs, answers: ociAnswers, config },
  );
};

let managed: CloudRecord;
let mixed: CloudRecord;

beforeAll(async () => {
  managed = await recordStack({});
  mixed = await recordStack({
    kafka: { engine: "strimzi" },
    postgres: { engine: "cloudnative-pg", backup: { store: "oci-object-storage" } },
    redis: { engine: "cluster" },
  });
});

const of = (record: CloudRecord, type: string) =>
  record.resources.filter((one) => one.type.startsWith(`oci:${type}`));
const ofKind = (record: CloudRecord, kind: string) =>
  record.resources.filter((one) => one.type.endsWith(`:${kind}`));
const component = (name: string) => componentOf(managed, name);
const statements = (name: string): string[] =>
  of(managed, "Identity/policy").find((one) => one.name === name)?.inputs.statements ?? [];

test("a whole stack on Oracle Cloud has no input that the SDK does not know", () => {
  expect([...managed.faults, ...mixed.faults]).toEqual([]);
});

test("and keeps to every rule of the policy pack", () => {
  expect(told(managed.resources)).toEqual([]);
  expect(told(mixed.resources)).toEqual([]);
});

test("what Oracle gives away is a secret in the state, though its SDK does not say so", () => {
  const [tokens, keys] = [
    of(managed, "Identity/authToken"),
    of(mixed, "Identity/customerSecretKey"),
  ];
  expect(tokens.length).toBeGreaterThan(1);
  expect(keys.length).toBeGreaterThan(0);
  for (const { secretOutputs } of tokens) expect(secretOutputs).toContain("token");
  for (const { secretOutputs } of keys) expect(secretOutputs).toContain("key");
});

const told = (resources: readonly Recorded[]) =>
  examine(resources, { size: "prod", thirdPartyImages: "version" })
    .filter(({ level }) => level === "mandatory")
    .map(({ rule, message }) => `${rule}: ${message}`);

describe("OCI Streaming", () => {
  test("has a stream for each topic of the contracts, kept for a day at least", () => {
    const streams = of(managed, "Streaming/stream:").map(({ inputs }) => [
      inputs.name,
      inputs.partitions,
      inputs.retentionInHours,
    ]);
    const wanted = topicSpecs("prod", streamingSetting.tuning.topics, "brokers").map(
      ({ name, partitions, config }) => [
        name,
        partitions,
        Math.max(24, Number(config["retention.ms"]) / 3_600_000),
      ],
    );
    expect(streams.sort()).toEqual(wanted.sort());
  });

  test("has an account for each user, with rights on those streams that its contract names", () => {
    const sync = statements("todo-kafka-sync").join("\n");
    expect(sync).toContain("to use stream-pull in compartment id");
    expect(sync).toContain("target.stream.id = 'task-updates-id'");
    expect(sync).not.toContain("stream-push");
    expect(sync).not.toContain("reminders-id");
    expect(statements("todo-kafka-viewer").join("\n")).not.toContain("stream-push");
    expect(statements("todo-kafka-backend").join("\n")).toMatch(
      /to use stream-push [^\n]*target\.stream\.id = 'task-events-id'/,
    );
  });

  test("is what the sidecars are told, in the protocol and size that it knows", () => {
    const { metadata } = component("kafka-pubsub");
    expect(metadata.get("saslMechanism")).toMatchObject({ value: "PLAINTEXT" });
    expect(metadata.get("disableTls")).toMatchObject({ value: "false" });
    expect(metadata.get("maxMessageBytes")).toMatchObject({ value: "950000" });
    expect(JSON.stringify(metadata.get("brokers"))).toContain("todo-events-endpointFqdn:9092");
  });
});

test("what keeps data is private, protected, and has our key where one is taken", () => {
  const guarded = { nsgIds: ["todo-services-id"] };
  const [system] = of(managed, "Psql/dbSystem");
  expect(system).toMatchObject({
    protect: true,
    inputs: {
      networkDetails: { subnetId: "todo-services-id", ...guarded },
      instanceCount: 2,
      storageDetails: { isRegionallyDurable: true },
      managementPolicy: { backupPolicy: { retentionDays: 35 } },
    },
  });
  expect(of(managed, "Redis/redisCluster:")[0]).toMatchObject({
    protect: true,
    inputs: { ...guarded, nodeCount: 2, clusterMode: "NONSHARDED" },
  });
  expect(of(managed, "Streaming/streamPool")[0]?.inputs).toMatchObject({
    customEncryptionKey: { kmsKeyId: "todo-data-id" },
    privateEndpointSettings: guarded,
  });
});

test("the cache's one user has a password, of which Oracle is told the hash", () => {
  const [user] = of(managed, "Redis/ociCacheUser");
  expect(user?.inputs).toMatchObject({
    name: "default",
    authenticationMode: { authenticationType: "PASSWORD" },
  });
  expect(JSON.stringify(user?.inputs)).not.toContain(canary);
  expect(of(managed, "Redis/redisClusterAttachOciCacheUser")).toHaveLength(1);
});

describe("OCI Vault", () => {
  test("has what components look up, and External Secrets brings it to the cluster", () => {
    const names = of(managed, "Vault/secret").map(({ inputs }) => inputs.secretName);
    expect(names.sort()).toEqual(["mail-password", "redis-password"]);
    const filled = ofKind(managed, "ExternalSecret").map(({ inputs }) => inputs.spec.target.name);
    expect(filled.sort()).toEqual(["mail-password", "redis-password"]);
    expect(ofKind(managed, "SecretStore")[0]?.inputs.spec.provider.oracle).toMatchObject({
      principalType: "Workload",
      serviceAccountRef: { name: "oci-vault" },
    });
    const charts = managed.resources.filter(({ type }) => type === "kubernetes:helm.sh/v4:Chart");
    expect(charts.map(({ name }) => name)).toContain("external-secrets");
  });

  test("is read by one service account, each secret by a right of its own", () => {
    expect(statements("todo-redis-password")).toEqual([
      expect.stringMatching(
        /^Allow any-user to read secret-bundles .*namespace = 'todo'.*service_account = 'oci-vault'.*target\.secret\.id = 'todo-redis-password-id'/,
      ),
    ]);
  });

  test("leaves Dapr's store of secrets as it is: Kubernetes", () => {
    expect(component("statestore").metadata.get("redisPassword")).toMatchObject({
      secretKeyRef: { name: "redis-password", key: "value" },
    });
  });
});

test("pods pull by a Secret, since nodes have no right to the registry", () => {
  const secret = managed.resources.find(
    ({ type, name }) => type === "kubernetes:core/v1:Secret" && name === "registry",
  );
  expect(secret?.inputs.type).toBe("kubernetes.io/dockerconfigjson");
  const backend = managed.resources.find(
    ({ type, name }) => type.endsWith(":Deployment") && name === "backend",
  );
  expect(backend?.inputs.spec.template.spec.imagePullSecrets).toEqual([{ name: "registry" }]);
});

test("backups of a PostgreSQL in the cluster go to a bucket that one account writes", () => {
  expect(of(mixed, "ObjectStorage/bucket")[0]?.inputs).toMatchObject({
    accessType: "NoPublicAccess",
    versioning: "Enabled",
    kmsKeyId: "todo-data-id",
  });
  const { spec } = ofKind(mixed, "Cluster").find(({ type }) => type.startsWith("kubernetes:"))
    ?.inputs ?? { spec: undefined };
  expect(spec.backup.barmanObjectStore).toMatchObject({
    destinationPath: "s3://todo-backups/",
    endpointURL: expect.stringContaining(".compat.objectstorage.eu-frankfurt-1.oraclecloud.com"),
    s3Credentials: { region: { key: "REGION" } },
  });
  expect(spec.env).toContainEqual({
    name: "AWS_REQUEST_CHECKSUM_CALCULATION",
    value: "when_required",
  });
  expect(of(mixed, "Streaming")).toEqual([]);
});

test("no secret is in clear", () => {
  const clear = [...managed.resources, ...mixed.resources].filter(({ inputs }) =>
    JSON.stringify(withoutSecrets(inputs)).includes(canary),
  );
  expect(clear.map(({ type, name }) => `${type} ${name}`)).toEqual([]);
});

function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (value === null || typeof value !== "object") return value;
  if (secretMark in value) return undefined;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, withoutSecrets(one)]));
}

test.each<[string, object, string]>([
  [
    "a service of Oracle Cloud on a cluster of Azure",
    { cluster: aksSetting },
    'kafka.engine is "oci-streaming", a service of oci, but cluster.kind is "aks"',
  ],
  [
    "a service of Azure on a cluster of Oracle Cloud",
    { kafka: { engine: "event-hubs" } },
    'kafka.engine is "event-hubs", a service of azure, but cluster.kind is "oke"',
  ],
  [
    "longer retention than a stream has",
    { kafka: { engine: "oci-streaming" } },
    "records are kept for at most 168 h, task-events.audit.dlq needs 720 h. " +
      "Lower kafka.tuning.topics",
  ],
  [
    "more partitions than the tenancy has",
    { kafka: { ...streamingSetting, partitions: 50 } },
    "in a tenancy with 50 partitions: there are at most 50 partitions",
  ],
  [
    "a vault without what reads it",
    { platform: { operators: { "external-secrets": "none" } } },
    'platform.operators.external-secrets is "none", but secrets.store is oci-vault',
  ],
  [
    "a region that there is not",
    { cluster: { ...okeSetting, region: "eu-frankfurt" } },
    "cluster.region",
  ],
])("%s is refused before any resource, by name and with the remedy", async (_, changes, fault) => {
  await expect(recordStack(changes)).rejects.toThrow(fault);
});
