import { expect, test } from "vitest";
import { inputFaults } from "./input-faults.ts";
import { madeUpOutputs, madeUpResult } from "./sdk-answers.ts";

const pool = { name: "system", mode: "System", count: 3, enableAutoScaling: true };
const cluster = (changes: object) =>
  inputFaults({
    type: "azure-native:containerservice:ManagedCluster",
    name: "aks",
    inputs: { resourceGroupName: "todo", agentPoolProfiles: [pool], ...changes },
  });

test("inputs that the SDK declares have no fault", () => {
  expect(cluster({ disableLocalAccounts: true, tags: { part: "todo" } })).toEqual([]);
});

test.each<[string, object, string]>([
  [
    "a misspelt property",
    { disableLocalAcounts: true },
    "disableLocalAcounts is no property; disableLocalAccounts is one",
  ],
  [
    "a misspelt property inside a list",
    { agentPoolProfiles: [{ ...pool, enableAutoscaling: true }] },
    "agentPoolProfiles[0].enableAutoscaling is no property; enableAutoScaling is one",
  ],
  ["a missing property", { resourceGroupName: undefined }, "resourceGroupName is missing"],
  [
    "a missing property inside",
    { agentPoolProfiles: [{}] },
    "agentPoolProfiles[0].name is missing",
  ],
  ["text for a number", { agentPoolProfiles: [{ ...pool, count: "3" }] }, "not a number"],
  ["a number for text", { dnsPrefix: 3 }, "dnsPrefix is 3, not a string"],
  ["one for a list", { agentPoolProfiles: pool }, "not a list"],
  ["text for an object", { apiServerAccessProfile: "private" }, "not an object"],
  ["a value in a map", { tags: { part: 1 } }, "tags.part is 1, not a string"],
  [
    "a value that is none of those listed",
    { agentPoolProfiles: [{ ...pool, mode: "Sytem" }] },
    'agentPoolProfiles[0].mode is "Sytem", not "System", "User"',
  ],
])("%s is a fault that names resource, path and remedy", (_, changes, fault) => {
  expect(cluster(changes)).toEqual([expect.stringContaining(fault)]);
  expect(cluster(changes)[0]).toContain("azure-native:containerservice:ManagedCluster aks: ");
});

test("a type that no SDK declares is not passed over", () => {
  const unknown = { type: "azure-native:containerservice:Cluster", name: "a", inputs: {} };
  expect(() => inputFaults(unknown)).toThrow("declares azure-native:containerservice:Cluster");
});

test("what is made has what the SDK says it has, and what was asked for", () => {
  const token = "azure-native:containerservice:ManagedCluster";
  expect(madeUpOutputs(token, "aks", { oidcIssuerProfile: { enabled: true } })).toMatchObject({
    fqdn: "aks-fqdn",
    oidcIssuerProfile: { enabled: true, issuerURL: "aks-oidcIssuerProfile-issuerURL" },
  });
  expect(
    madeUpResult("azure-native:containerservice:listManagedClusterUserCredentials"),
  ).toMatchObject({ kubeconfigs: [{ name: expect.any(String), value: expect.any(String) }] });
});
