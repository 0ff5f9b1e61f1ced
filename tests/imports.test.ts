import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { declared, faultsIn, root } from "./import-rules.ts";

test("every file imports only what its folder may", () => {
  const faults = sourcesIn("").flatMap((path) =>
    faultsIn(path, readFileSync(new URL(path, root), "utf8")),
  );
  expect(faults).toEqual([]);
});

describe("the rules", () => {
  test.each<[string, string, string]>([
    ["apps/contracts/a.ts", 'import { a } from "hono";', "may not be imported"],
    ["apps/contracts/a.ts", 'import { a } from "node:fs";', "may not be imported"],
    ["apps/contracts/a.ts", 'import { a } from "#apps/kit/a.ts";', "may not be imported"],
    ["apps/kit/a.ts", 'import { a } from "#apps/audit/a.ts";', "may not be imported"],
    ["apps/kit/a.ts", 'import { a } from "@pulumi/pulumi";', "may not be imported"],
    ["apps/audit/a.ts", 'import { a } from "@platformatic/kafka";', "may not be imported"],
    ["apps/audit/a.ts", 'import { a } from "#apps/backend/app.ts";', "except as a type"],
    ["apps/audit/a.ts", 'import { type A } from "#apps/backend/app.ts";', "except as a type"],
    ["apps/audit/a.ts", 'await import("#apps/backend/app.ts");', "except as a type"],
    ["apps/audit/a.ts", 'import type { A } from "#apps/backend/store.ts";', "may not be"],
    ["apps/audit/a.ts", 'export { a } from "#apps/backend/store.ts"; a();', "may not be"],
    ["apps/audit/a.ts", 'import { a } from "#apps/kit/testing/a.ts";', "is for tests only"],
    ["apps/audit/a.ts", 'import { a } from "vitest";', "may not be imported"],
    ["apps/audit/a.ts", 'import { a } from "fs";', "is not declared"],
    ["apps/audit/a.ts", 'import { a } from "../kit/a.ts";', "write #apps/kit/a.ts"],
    ["apps/audit/a.ts", 'import { a } from "#apps/audit/b.ts";', "is near"],
    ["apps/audit/a.ts", 'import { a } from "./b";', "lacks its file extension"],
    ["components/a.ts", 'import { a } from "#infra/a.ts";', "may not be imported"],
    ["components/a.ts", 'import { a } from "postgres";', "may not be imported"],
    ["infra/a.ts", 'import { a } from "#apps/contracts/a.ts";', "except as a type"],
    ["infra/a.ts", 'import { a } from "postgres";', "may not be imported"],
    ["infra/a.ts", 'import { a } from "./clusters/eks.ts";', "import it dynamically"],
    ["stacks/a.ts", 'import { a } from "#infra/managed/gcp.ts";', "import it dynamically"],
    ["toolchain/a.ts", 'import { a } from "zod";', "may not be imported"],
    ["commands/bootstrap.mjs", 'import { a } from "zod";', "may not be imported"],
    ["elsewhere/a.ts", 'import { a } from "zod";', "has no rule"],
    ["apps/audit/index.ts", 'export * from "./app.ts";', "only re-exports"],
    ["apps/audit/a.ts", 'import { a } from "./b.ts"; export { a };', "only re-exports"],
    ["apps/audit/a.ts", "export default 1;", "default export"],
    ["apps/audit/a.ts", "export default function a() {}", "default export"],
    ["apps/audit/a.ts", "const a = 1; export { a as default };", "default export"],
    ["apps/audit/utils/a.ts", "export const a = 1;", "says nothing"],
  ])("refuse in %s: %s", (path, text, fault) => {
    expect(faultsIn(path, text)).toEqual([expect.stringContaining(fault)]);
  });

  test.each<[string, string]>([
    ["apps/audit/a.ts", 'import type { App } from "#apps/backend/app.ts"; export type A = App;'],
    ["apps/audit/a.test.ts", 'import { a } from "#apps/kit/testing/a.ts"; a();'],
    [
      "infra/a.ts",
      'import type { A } from "#apps/contracts/a.ts"; await import("./managed/gcp.ts");',
    ],
    ["infra/host/a.ts", 'import { a } from "@platformatic/kafka"; a();'],
    ["tests/e2e/a.ts", 'import { a } from "#apps/backend/store.ts"; a();'],
    ["apps/audit/a.ts", "const text = 'import \"@pulumi/aws\"'; export const a = text;"],
  ])("accept in %s: %s", (path, text) => {
    expect(faultsIn(path, text)).toEqual([]);
  });

  // The SDKs are optional and may not be installed; here one stands for all of them.
  test("keep a cloud's SDK in the files of that cloud", () => {
    declared.push("@pulumi/aws");
    const text = 'import * as aws from "@pulumi/aws"; aws();';
    expect(faultsIn("infra/clusters/eks.ts", text)).toEqual([]);
    expect(faultsIn("infra/clusters/gke.ts", text)).toEqual([
      expect.stringContaining("belongs into its own file"),
    ]);
  });
});

function sourcesIn(folder: string): string[] {
  return readdirSync(new URL(folder, root), { withFileTypes: true }).flatMap((entry) => {
    if (entry.name === "node_modules" || entry.name.startsWith(".")) return [];
    if (entry.isDirectory()) return sourcesIn(`${folder}${entry.name}/`);
    return /\.(ts|tsx|mjs)$/.test(entry.name) ? [`${folder}${entry.name}`] : [];
  });
}
