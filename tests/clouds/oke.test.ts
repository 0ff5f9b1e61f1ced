import { beforeAll, describe, expect, test } from "vitest";
import type { Cluster } from "#infra/clusters/cluster.ts";
import { openCluster } from "#infra/clusters/clusters.ts";
import { ociAnswers, okeConfigOf } from "./oci.ts";
import type { CloudRecord } from "./record-cloud.ts";
import { recordCloud } from "./record-cloud.ts";

const stack = { namespace: "todo", keepData: true };
const clusters: Cluster[] = [];
const open = (changes: object) =>
  recordCloud(
    async () => {
      clusters.push(await openCluster(okeConfigOf(changes), stack));
    },
    { answers: ociAnswers },
  );
let recorded: CloudRecord;
let narrow: CloudRecord;

beforeAll(async () => {
  recorded = await open({ dnsZone: "todo.example.com", homeRegion: "us-ashburn-1" });
  narrow = await open({ region: "eu-zurich-1", workload: { least: 2, most: 7 } });
});

const all = (type: string, record = recorded) =>
  record.resources.filter((one) => one.type.startsWith(`oci:${type}`));
const one = (type: string, name?: string, record = recorded) => {
  const [found, another] = all(type, record).filter((it) => name === undefined || it.name === name);
  if (!found || another) throw new Error(`not one ${type} ${name}`);
  return found;
};
const statements = (name: string): string[] =>
  one("Identity/policy:Policy", name).inputs.statements;

test("every input is one that the SDK's type definitions know", () => {
  expect(all("Core").length).toBeGreaterThan(30);
  expect([...recorded.faults, ...narrow.faults]).toEqual([]);
});

describe("a cluster of Oracle Cloud", () => {
  /** That of the system, and those of the workload in their order. */
  const pools = (record = recorded) =>
    ["system", "workload1", "workload2", "workload3"].map((name) =>
      one("ContainerEngine/nodePool", `todo-${name}`, record),
    );

  test("has a system pool over three availability domains and a workload pool in each", () => {
    const [system, ...workload] = pools().map(({ inputs }) => inputs.nodeConfigDetails);
    const names = ["1", "2", "3"].map((domain) => `x:EU-FRANKFURT-1-AD-${domain}`);
    const domainsOf = (details: { placementConfigs: { availabilityDomain: string }[] }) =>
      details.placementConfigs.map(({ availabilityDomain }) => availabilityDomain);
    expect(system.size).toBe(3);
    expect(domainsOf(system)).toEqual(names);
    expect(workload.map(domainsOf)).toEqual(names.map((name) => [name]));
    expect(clusters[0]?.zones).toBe(true);
  });

  test("takes fault domains where there is one availability domain", () => {
    const [, ...workload] = pools(narrow).map(
      ({ inputs }) => inputs.nodeConfigDetails.placementConfigs,
    );
    expect(workload.flat()).toMatchObject(
      [1, 2, 3].map((part) => ({
        availabilityDomain: "x:EU-FRANKFURT-1-AD-1",
        faultDomains: [`FAULT-DOMAIN-${part}`],
      })),
    );
    expect(clusters[1]?.zones).toBe(false);
  });

  test("runs the newest image for its version, for x86", () => {
    expect(pools()[0]?.inputs.nodeSourceDetails.imageId).toBe("image of OKE-8.10-2026.08");
  });

  test("keeps the workload off the system's nodes by what these run when they start", () => {
    const script = (index: number) =>
      Buffer.from(pools()[index]?.inputs.nodeMetadata.user_data ?? "", "base64").toString();
    expect(script(0)).toContain("--register-with-taints=CriticalAddonsOnly=true:NoSchedule");
    expect(script(1)).toBe("");
  });

  test("adds and removes nodes by an add-on that signs in as itself", () => {
    const { configurations } = one("ContainerEngine", "todo-autoscaler", narrow).inputs;
    expect(configurations).toContainEqual({ key: "authType", value: "workload" });
    expect(configurations).toContainEqual({
      key: "nodes",
      value: "3:6:todo-system-id,2:7:todo-workload1-id,2:7:todo-workload2-id,2:7:todo-workload3-id",
    });
    for (const statement of statements("todo-autoscaler")) {
      expect(statement).toMatch(/service_account = 'cluster-autoscaler'.*cluster_id = 'todo-id'/);
    }
  });

  test("has private nodes, and an API server that named ranges and its nodes reach", () => {
    for (const name of ["nodes", "services"]) {
      expect(one("Core/subnet", `todo-${name}`).inputs).toMatchObject({
        prohibitPublicIpOnVnic: true,
        prohibitInternetIngress: true,
      });
    }
    const sources = all("Core")
      .filter(({ inputs }) => inputs.networkSecurityGroupId === "todo-endpoint-id")
      .filter(({ inputs }) => inputs.direction === "INGRESS")
      .map(({ inputs }) => inputs.source);
    expect(sources).toEqual(["203.0.113.0/24", "todo-nodes-id", "todo-nodes-id"]);
    expect(one("ContainerEngine", "todo").inputs.endpointConfig.nsgIds).toEqual([
      "todo-endpoint-id",
    ]);
  });

  test("encrypts secrets, disks and volumes with a key of the customer that cannot be lost", () => {
    expect(one("Kms", "todo-data")).toMatchObject({
      protect: true,
      retainOnDelete: true,
      inputs: { protectionMode: "HSM" },
    });
    expect(one("ContainerEngine", "todo").inputs.kmsKeyId).toBe("todo-data-id");
    for (const { inputs } of pools()) {
      expect(inputs.nodeConfigDetails).toMatchObject({
        kmsKeyId: "todo-data-id",
        isPvEncryptionInTransitEnabled: true,
      });
    }
    const volumes = recorded.resources.find(({ type }) => type.endsWith(":StorageClass"));
    expect(volumes?.inputs.parameters["kms-key-id"]).toBe("todo-data-id");
    expect(clusters[0]?.storageClass).toBe(volumes?.inputs.metadata.name);
    for (const statement of statements("todo-encryption")) {
      expect(statement).toContain("target.key.id = 'todo-data-id'");
    }
  });

  test("has a private repository for each image, and an account that only pulls", () => {
    const repositories = all("Artifacts").map(({ inputs }) => inputs);
    expect(repositories.map(({ displayName }) => displayName)).toEqual(
      expect.arrayContaining(["todo/backend", "todo/provision"]),
    );
    for (const { isPublic } of repositories) expect(isPublic).toBe(false);
    expect(statements("todo-pull")).toEqual([
      "Allow group id todo-pull-id to read repos in compartment id ocid1.compartment.oc1..todo " +
        "where all {target.repo.name = /todo\\/*/}",
    ]);
  });

  test("writes users and policies in the home region, all else in its own", () => {
    const regionOf = (provider: string | undefined) =>
      recorded.resources.find(({ urn }) => provider?.includes(`${urn}::`))?.inputs.region;
    const regions = new Map(
      recorded.resources
        .filter(({ type, custom }) => custom && type.startsWith("oci:"))
        .map(({ type, provider }) => [type.split("/")[0], regionOf(provider)]),
    );
    expect(regions.get("oci:Identity")).toBe("us-ashburn-1");
    regions.delete("oci:Identity");
    expect(new Set(regions.values())).toEqual(new Set(["eu-frankfurt-1"]));
  });

  test("tells its logs and has names for its gateway, at an address that was set aside", () => {
    const services = all("Logging").flatMap(
      ({ inputs }) => inputs.configuration?.source.service ?? [],
    );
    expect(services.sort().reverse()).toEqual(["oke-k8s-cp-prod", "flowlogs"]);
    const records = all("Dns").flatMap(({ inputs }) => inputs.items ?? []);
    expect(records.map(({ domain }) => domain)).toEqual(["todo.example.com", "*.todo.example.com"]);
    expect(records[0]?.rdata).toBe("todo-gateway-ipAddress");
    const annotations = clusters[0]?.gateway.serviceAnnotations ?? {};
    expect(Object.keys(annotations)).toContain("oci.oraclecloud.com/reserved-ips");
  });

  test("is reached with a kubeconfig that holds no credentials", () => {
    const provider = recorded.resources.find(({ type }) => type === "pulumi:providers:kubernetes");
    const text = JSON.stringify(provider?.inputs);
    expect(text).toContain("generate-token");
    expect(text).toContain("TUE9PQ==");
    expect(text).not.toMatch(/client-key|token:|password/);
  });
});

test.each([
  [{ allowedRanges: ["0.0.0.0/0"] }, "is the whole internet"],
  [{ allowedRanges: [] }, "allowedRanges"],
  [{ tenancyId: "acme" }, "must be the OCID of a tenancy"],
  [{ compartmentId: "ocid1.tenancy.oc1..acme" }, "must be the OCID of a compartment"],
  [{ region: "eu-frankfurt" }, "there are eu-frankfurt-1"],
  [{ version: "1.34" }, "must be a version that OKE has"],
  [{ workload: { shape: "BM.Standard.E5.192" } }, "must be a flexible shape"],
  [{ system: { least: 5, most: 2 } }, "must not be less than least"],
  [{ logDays: 45 }, "logDays"],
  [{ machines: "big" }, "machines"],
])("%j is refused", (changes, fault) => {
  expect(() => okeConfigOf(changes)).toThrow(fault);
});
