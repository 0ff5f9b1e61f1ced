import { beforeAll, describe, expect, test } from "vitest";
import { leftToAzure } from "#infra/clusters/aks/cluster.ts";
import type { Cluster } from "#infra/clusters/cluster.ts";
import { openCluster } from "#infra/clusters/clusters.ts";
import { aksConfigOf, azureAnswers } from "./azure.ts";
import type { CloudRecord } from "./record-cloud.ts";
import { recordCloud } from "./record-cloud.ts";

const stack = { namespace: "todo", keepData: true };
let recorded: CloudRecord;
let cluster: Cluster;

beforeAll(async () => {
  recorded = await recordCloud(
    async () => {
      cluster = await openCluster(aksConfigOf({ dnsZone: "todo.example.com" }), stack);
      cluster.identityOf("backend");
      cluster.identityOf("backend");
    },
    { answers: azureAnswers },
  );
});

const all = (type: string) =>
  recorded.resources.filter((one) => one.type === `azure-native:${type}`);
const one = (type: string, name?: string) => {
  const [found, another] = all(type).filter((it) => name === undefined || it.name === name);
  if (!found || another) throw new Error(`not one ${type} ${name}`);
  return found;
};

test("every input is one that the SDK's type definitions know", () => {
  expect(recorded.resources.length).toBeGreaterThan(30);
  expect(recorded.faults).toEqual([]);
});

describe("a cluster of Azure", () => {
  test("has a system pool over three zones and a workload pool in each", () => {
    const { agentPoolProfiles } = one("containerservice:ManagedCluster").inputs;
    expect(agentPoolProfiles).toMatchObject([
      {
        mode: "System",
        enableAutoScaling: true,
        availabilityZones: ["1", "2", "3"],
        nodeTaints: ["CriticalAddonsOnly=true:NoSchedule"],
      },
    ]);
    const pools = all("containerservice:AgentPool").map(({ inputs }) => inputs);
    expect(pools.map(({ availabilityZones }) => availabilityZones)).toEqual([["1"], ["2"], ["3"]]);
    for (const pool of pools) {
      expect(pool).toMatchObject({ mode: "User", enableAutoScaling: true, minCount: 1 });
    }
  });

  test("has private nodes with one way out, and an API server for named ranges only", () => {
    const { inputs } = one("containerservice:ManagedCluster");
    expect(inputs.networkProfile.outboundType).toBe("userAssignedNATGateway");
    expect(inputs.agentPoolProfiles[0].enableNodePublicIP).toBe(false);
    expect(inputs.apiServerAccessProfile.authorizedIPRanges).toEqual([
      "203.0.113.0/24",
      expect.stringMatching(/\/32$/),
    ]);
    expect(one("network:Subnet", "todo-nodes").inputs).toMatchObject({
      natGateway: { id: expect.any(String) },
      defaultOutboundAccess: false,
    });
  });

  test("signs people in by Entra and pods by their service accounts", () => {
    const { inputs } = one("containerservice:ManagedCluster");
    expect(inputs).toMatchObject({
      disableLocalAccounts: true,
      oidcIssuerProfile: { enabled: true },
      securityProfile: { workloadIdentity: { enabled: true } },
    });
    expect(one("managedidentity:FederatedIdentityCredential").inputs).toMatchObject({
      issuer: "todo-oidcIssuerProfile-issuerURL",
      subject: "system:serviceaccount:todo:backend",
      audiences: ["api://AzureADTokenExchange"],
    });
  });

  test("encrypts disks with a key of the customer that cannot be lost", () => {
    const vault = one("keyvault:Vault");
    expect(vault).toMatchObject({ protect: true, retainOnDelete: true });
    expect(vault.inputs.properties).toMatchObject({
      enablePurgeProtection: true,
      publicNetworkAccess: "Disabled",
    });
    expect(one("compute:DiskEncryptionSet").inputs.activeKey).toMatchObject({
      keyUrl: "todo-data-keyUriWithVersion",
    });
    const { inputs } = one("containerservice:ManagedCluster");
    expect(inputs.diskEncryptionSetID).toBe("todo-disks-id");
    expect(inputs.agentPoolProfiles[0].enableEncryptionAtHost).toBe(true);
  });

  test("pulls images by the identity of its nodes, which may do nothing else", () => {
    const ofNodes = all("authorization:RoleAssignment").filter(
      ({ inputs }) => inputs.principalId === "todo-nodes-principalId",
    );
    expect(ofNodes.map(({ inputs }) => inputs)).toMatchObject([
      { scope: "todo-id", roleDefinitionId: expect.stringContaining("7f951dda-") },
    ]);
    expect(one("containerregistry:Registry").inputs).toMatchObject({
      adminUserEnabled: false,
      networkRuleSet: { defaultAction: "Deny" },
    });
  });

  test("is upgraded in its window, tells its logs, and has names for its gateway", () => {
    expect(all("containerservice:MaintenanceConfiguration")).toHaveLength(2);
    expect(one("containerservice:ManagedCluster").inputs.autoUpgradeProfile).toEqual({
      upgradeChannel: "patch",
      nodeOSUpgradeChannel: "NodeImage",
    });
    expect(one("monitor:DiagnosticSetting").inputs.logs).toContainEqual({
      category: "kube-audit-admin",
      enabled: true,
    });
    const names = all("dns:RecordSet").map(({ inputs }) => inputs.relativeRecordSetName);
    expect(names).toEqual(["@", "*"]);
  });

  test("is reached with a kubeconfig that holds no credentials", () => {
    const provider = recorded.resources.find(({ type }) => type === "pulumi:providers:kubernetes");
    const text = JSON.stringify(provider?.inputs);
    expect(text).toContain("kubelogin");
    expect(text).toContain("TUE9PQ==");
    expect(text).not.toMatch(/client-key|token:|password/);
  });

  test("makes an identity once, however often it is asked for", () => {
    expect(all("managedidentity:UserAssignedIdentity").map(({ name }) => name)).toEqual(
      expect.arrayContaining(["todo-backend"]),
    );
    expect(all("managedidentity:FederatedIdentityCredential")).toHaveLength(1);
  });
});

test.each([
  [{ allowedRanges: ["0.0.0.0/0"] }, "is the whole internet"],
  [{ allowedRanges: [] }, "allowedRanges"],
  [{ administrators: [] }, "administrators"],
  [{ name: "Todo-Prod" }, "small letters and digits"],
  [{ addressSpace: "10.0.0.0/8" }, "must be a private /16"],
  [{ workload: { least: 5, most: 2 } }, "must not be less than least"],
  [{ machines: "big" }, "machines"],
])("%j is refused", (changes, fault) => {
  expect(() => aksConfigOf(changes)).toThrow(fault);
});

test.each<[Parameters<typeof leftToAzure>[0], boolean]>([
  ["none", true],
  ["patch", true],
  ["stable", false],
  ["rapid", false],
])("with upgrades %s a new version is taken from the configuration: %s", (upgrades, isTaken) => {
  expect(leftToAzure(upgrades).includes("kubernetesVersion")).toBe(!isTaken);
  expect(leftToAzure(upgrades)).toContain("agentPoolProfiles[0].count");
});
