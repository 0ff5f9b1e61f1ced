import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { cloudFiles, spreadFaults } from "./spread-faults.ts";

// Within the repository, so that the SDKs are found.
const folder = join(import.meta.dirname, "../../.local/spread-faults-test");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("what is spread into arguments of a resource is known to its SDK; what is not is named", () => {
  mkdirSync(folder, { recursive: true });
  const misspelt = join(folder, "misspelt.ts");
  writeFileSync(
    misspelt,
    `import { AgentPool } from "@pulumi/azure-native/containerservice/agentPool.js";
const defaults = { resourceGroupName: "a", resourceName: "b", enableAutoscaling: true, maxCount: 3 };
export const pool = new AgentPool("pool", { ...defaults, mode: "User" });
`,
  );
  const files = cloudFiles();
  expect(files.length).toBeGreaterThan(20);
  expect(spreadFaults([...files, misspelt])).toEqual([
    expect.stringMatching(/misspelt\.ts:3: enableAutoscaling is no property$/),
  ]);
  // A program of the compiler for all files: a minute where the machine is busy.
}, 300_000);
