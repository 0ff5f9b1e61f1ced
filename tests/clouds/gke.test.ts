import { beforeAll, describe, expect, test } from "vitest";
import type { Cluster } from "#infra/clusters/cluster.ts";
import { openCluster } from "#infra/clusters/clusters.ts";
import { windowOf } from "#infra/clusters/gke/cluster.ts";
import { gkeConfigOf } from "./google.ts";
import type { CloudRecord } from "./record-cloud.ts";
import { recordCloud } from "./record-cloud.ts";

const stack = { namespace: "todo", keepData: true };
let recorded: CloudRecord;
let cluster: Cluster;

beforeAll(async () => {
  recorded = await recordCloud(async () => {
    cluster = await openCluster(gkeConfigOf({ dnsZone: "todo.example.com" }), stack);
    cluster.identityOf("backend");
    cluster.identityOf("backend");
  });
});

const all = (type: string) => recorded.resources.filter((one) => one.type === `gcp:${type}`);
const one = (type: string, name?: string) => {
  const [found, another] = all(type).filter((it) => name === undefined || it.name === name);
  if (!found || another) throw new Error(`not one ${type} ${name}`);
  return found;
};

const clusterType = "container/cluster:Cluster";
const poolType = "container/nodePool:NodePool";

test("every input is one that the SDK's type definitions know", () => {
  expect(recorded.resources.length).toBeGreaterThan(50);
  expect(recorded.faults).toEqual([]);
});

describe("a cluster of Google", () => {
  test("has a system pool that others do not tolerate and a workload pool, over three zones", () => {
    const zones = ["europe-west1-b", "europe-west1-c", "europe-west1-d"];
    expect(one(clusterType).inputs).toMatchObject({
      location: "europe-west1",
      nodeLocations: zones,
      removeDefaultNodePool: true,
    });
    expect(
      all(poolType)
        .map(({ inputs }) => inputs.name)
        .sort(),
    ).toEqual(["system", "workload"]);
    for (const { inputs } of all(poolType)) {
      expect(inputs.nodeLocations).toEqual(zones);
      expect(inputs.autoscaling).toMatchObject({ minNodeCount: 1, locationPolicy: "BALANCED" });
    }
    expect(one(poolType, "todo-system").inputs.nodeConfig.taints).toMatchObject([
      { key: "components.gke.io/gke-managed-components", effect: "NO_SCHEDULE" },
    ]);
    expect(one(poolType, "todo-workload").inputs.nodeConfig.taints).toBeUndefined();
  });

  test("has private nodes with one way out, and an API server for named ranges only", () => {
    const { inputs } = one(clusterType);
    expect(inputs.privateClusterConfig).toMatchObject({ enablePrivateNodes: true });
    expect(inputs.masterAuthorizedNetworksConfig).toEqual({
      cidrBlocks: [{ cidrBlock: "203.0.113.0/24" }],
      gcpPublicCidrsAccessEnabled: false,
    });
    for (const { inputs: nodes } of all(poolType)) {
      expect(nodes.networkConfig).toEqual({ enablePrivateNodes: true });
    }
    expect(one("compute/routerNat:RouterNat").inputs).toMatchObject({
      natIpAllocateOption: "MANUAL_ONLY",
      natIps: ["todo-outbound-selfLink"],
    });
  });

  test("lets its control plane call webhooks, and nobody else anything", () => {
    const [rule, another] = all("compute/firewall:Firewall");
    expect(another).toBeUndefined();
    expect(rule?.inputs.sourceRanges).toEqual([
      one(clusterType).inputs.privateClusterConfig.masterIpv4CidrBlock,
    ]);
  });

  test("signs pods in by their service accounts, each as an account of its own", () => {
    expect(one(clusterType).inputs.workloadIdentityConfig).toEqual({
      workloadPool: "todo-project.svc.id.goog",
    });
    expect(one("serviceaccount/iAMMember:IAMMember").inputs).toMatchObject({
      role: "roles/iam.workloadIdentityUser",
      member: "serviceAccount:todo-project.svc.id.goog[todo/backend]",
    });
    const accounts = all("serviceaccount/account:Account").map(({ inputs }) => inputs.accountId);
    expect(accounts.sort()).toEqual(["todo-nodes", "todo-todo-backend"]);
  });

  test("encrypts secrets, disks and images with a key of the customer that cannot be lost", () => {
    const key = one("kms/cryptoKey:CryptoKey");
    expect(key).toMatchObject({ protect: true, retainOnDelete: true });
    expect(key.inputs).toMatchObject({ rotationPeriod: "7776000s" });
    const { inputs } = one(clusterType);
    expect(inputs.databaseEncryption).toEqual({ state: "ENCRYPTED", keyName: "todo-id" });
    for (const { inputs: nodes } of all(poolType)) {
      expect(nodes.nodeConfig.bootDiskKmsKey).toBe("todo-id");
    }
    expect(one("artifactregistry/repository:Repository").inputs.kmsKeyName).toBe("todo-id");
    const volumes = recorded.resources.find(({ type }) => type.endsWith(":StorageClass"));
    expect(volumes?.inputs.parameters).toMatchObject({ "disk-encryption-kms-key": "todo-id" });
    expect(cluster.storageClass).toBe(volumes?.inputs.metadata.name);
  });

  test("lets each service of Google use the key by its own account, and nobody else", () => {
    const rights = all("kms/cryptoKeyIAMMember:CryptoKeyIAMMember").map(({ inputs }) => inputs);
    expect(rights.map(({ role }) => role)).toEqual(
      rights.map(() => "roles/cloudkms.cryptoKeyEncrypterDecrypter"),
    );
    const services = rights.filter(({ member }) => !member.endsWith("-serviceAccountId"));
    // Logs have an account that is asked for, and whose name Google says.
    expect(rights.length - services.length).toBe(1);
    expect(services.map(({ member }) => member.replace(/service-[^@]+@/, "")).sort()).toEqual(
      [
        ...["compute-system", "container-engine-robot", "gcp-sa-artifactregistry"],
        ...["gcp-sa-managedkafka", "gcp-sa-cloud-sql", "cloud-redis", "gcp-sa-secretmanager"],
        "gs-project-accounts",
      ]
        .map((agent) => `serviceAccount:${agent}.iam.gserviceaccount.com`)
        .sort(),
    );
  });

  test("pulls images by the account of its nodes, which may do little else", () => {
    const member = "todo-nodes-member";
    expect(one("artifactregistry/repositoryIamMember:RepositoryIamMember").inputs).toMatchObject({
      member,
      role: "roles/artifactregistry.reader",
    });
    expect(one("projects/iAMMember:IAMMember").inputs).toMatchObject({
      member,
      role: "roles/container.defaultNodeServiceAccount",
    });
  });

  test("is upgraded in its window, tells its logs, and has names for its gateway", () => {
    expect(one(clusterType).inputs).toMatchObject({
      releaseChannel: { channel: "REGULAR" },
      deletionProtection: true,
      loggingConfig: { enableComponents: expect.arrayContaining(["APISERVER", "WORKLOADS"]) },
    });
    expect(one("logging/projectSink:ProjectSink").inputs.filter).toContain('cluster_name="todo"');
    expect(one("logging/projectBucketConfig:ProjectBucketConfig").inputs).toMatchObject({
      retentionDays: 90,
      cmekSettings: { kmsKeyName: "todo-id" },
    });
    const names = all("dns/recordSet:RecordSet").map(({ inputs }) => inputs.name);
    expect(names.sort()).toEqual(["*.todo.example.com.", "todo.example.com."]);
  });

  test("is reached with a kubeconfig that holds no credentials and wants no gcloud", () => {
    const provider = recorded.resources.find(({ type }) => type === "pulumi:providers:kubernetes");
    const config = JSON.parse(provider?.inputs.kubeconfig);
    expect(config.clusters[0].cluster).toEqual({
      server: "https://todo-endpoint",
      "certificate-authority-data": "todo-masterAuth-clusterCaCertificate",
    });
    expect(config.users[0].user).toEqual({
      exec: expect.objectContaining({
        command: "gke-gcloud-auth-plugin",
        args: ["--use_application_default_credentials"],
      }),
    });
  });
});

test.each([
  ["Sunday", "02:00", 12, "2024-01-07T02:00:00Z", "2024-01-07T14:00:00Z", "SU"],
  ["Saturday", "20:30", 24, "2024-01-13T20:30:00Z", "2024-01-14T20:30:00Z", "SA"],
] as const)("a window of %s at %s for %d h", (day, startsAt, hours, startTime, endTime, on) => {
  expect(windowOf({ day, startsAt, hours })).toEqual({
    startTime,
    endTime,
    recurrence: `FREQ=WEEKLY;BYDAY=${on}`,
  });
});

test.each([
  [{ allowedRanges: ["0.0.0.0/0"] }, "is the whole internet"],
  [{ allowedRanges: [] }, "allowedRanges"],
  [{ project: undefined }, "project"],
  [{ project: "Todo" }, "must be the id of a project"],
  [{ region: "europe-west11" }, "no region that is known"],
  [{ name: "Todo-Prod" }, "small letters and digits"],
  [{ addressSpace: "10.0.0.0/8" }, "must be a private /16"],
  [{ maintenance: { hours: 4 } }, "Google wants 48 hours in 32 days"],
  [{ workload: { least: 5, most: 2 } }, "must not be less than least"],
  [{ machines: "big" }, "machines"],
])("%j is refused", (changes, fault) => {
  expect(() => gkeConfigOf(changes)).toThrow(fault);
});
