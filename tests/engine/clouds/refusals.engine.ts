import { join } from "node:path";
import { ManagedCluster } from "@pulumi/azure-native/containerservice/managedCluster.js";
import { Firewall } from "@pulumi/gcp/compute/firewall.js";
import { Vcn } from "@pulumi/oci/core/vcn.js";
import { getAvailabilityDomainsOutput } from "@pulumi/oci/identity/getAvailabilityDomains.js";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openInlineStack } from "../inline-stack.ts";
import { openClouds } from "./clouds.ts";
import type { Served } from "./in-process.ts";

const { cloud, env: place, folder, providers, serve } = openClouds("refusals");

let env = place;
let served: Served | undefined;
beforeAll(async () => {
  served = await serve();
  env = { ...place, ...served.env };
});
afterAll(() => served?.stop());

let programs = 0;
/** What the engine says of a program, which it is to refuse before anything is made. */
async function refused(program: () => unknown): Promise<string> {
  const name = `refused${++programs}`;
  const stack = await openInlineStack({
    folder: join(folder, "inline"),
    ...{ name, env, provider: { folder: providers } },
    program: async () => {
      program();
    },
  });
  const said = await stack.up().then(
    () => "",
    (error: Error) => error.message,
  );
  expect(cloud.all()).toEqual([]);
  return said;
}

const pool = { name: "system", mode: "System", count: 3, enableAutoScaling: true };
const aks = (changes: object, resourceName?: string) =>
  new ManagedCluster("aks", {
    resourceGroupName: "todo",
    ...(resourceName && { resourceName }),
    agentPoolProfiles: [{ ...pool, ...changes }],
  });
const vcn = (changes: object) =>
  new Vcn("vcn", { compartmentId: "ocid1.compartment.oc1..todo", ...changes });

// The compiler would say so too, were it not for a spread or a cast.
test.each<[string, () => unknown, string]>([
  [
    "a misspelt property",
    () => aks({ enableAutoscaling: true }),
    "azure-native:containerservice:ManagedCluster aks: agentPoolProfiles[0].enableAutoscaling is no property; enableAutoScaling is one",
  ],
  [
    "a missing property",
    () => new Firewall("web", { network: "todo", allows: [{ ports: ["443"] } as never] }),
    "gcp:compute/firewall:Firewall web: allows[0].protocol is missing",
  ],
  [
    "a missing property at the top",
    () => new Vcn("vcn", {} as never),
    "Missing required property 'compartmentId'",
  ],
  [
    "text for a list",
    () => vcn({ cidrBlocks: "10.0.0.0/16" }),
    'oci:Core/vcn:Vcn vcn: cidrBlocks is "10.0.0.0/16", not a list',
  ],
  [
    "text for a number",
    () => aks({ count: "3" }),
    'agentPoolProfiles[0].count is "3", not a number',
  ],
  [
    "a value that the SDK does not list",
    () => aks({ mode: "Sytem" }),
    'agentPoolProfiles[0].mode is "Sytem", not "System", "User"',
  ],
  [
    "a missing argument of a function",
    () => getAvailabilityDomainsOutput({} as never),
    "oci:Identity/getAvailabilityDomains:getAvailabilityDomains: compartmentId is missing",
  ],
])("the engine refuses %s by name and path", async (_, program, said) => {
  expect((await refused(program)).replaceAll(/\s+/g, " ")).toContain(said);
});

test("names that are left to the provider are kept apart; one that is taken is refused", async () => {
  const open = (name: string, resourceName?: string) =>
    openInlineStack({
      folder: join(folder, "inline"),
      ...{ name, env, provider: { folder: providers } },
      program: async () => {
        aks({}, resourceName);
      },
    });
  const stacks = await Promise.all([open("first"), open("second"), open("third", "todo")]);
  for (const stack of stacks) await stack.up();
  expect(cloud.all()).toHaveLength(3);
  const late = await open("late", "todo");
  await expect(late.up()).rejects.toThrow(/ManagedCluster aks: .*\/todo already exists/);
  for (const stack of stacks) await stack.destroy();
  expect(cloud.all()).toEqual([]);
});
