import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { merge, withoutWaiting } from "#components/charts.ts";
import { record } from "#components/recording.ts";
import type { OperatorMode, OperatorName } from "./operators.ts";
import { operators } from "./operators.ts";
import { Platform, type PlatformArgs } from "./platform.ts";

const names = Object.keys(operators) as OperatorName[];
const all = (mode: OperatorMode) =>
  Object.fromEntries(names.map((name) => [name, mode])) as PlatformArgs["operators"];

const base: PlatformArgs = {
  size: "dev",
  operators: all("install"),
  charts: { charts: {}, values: {} },
  untilReady: (namespace, opts) =>
    new pulumi.ComponentResource("todo:test:Ready", namespace, {}, opts),
};

const recordPlatform = (args: Partial<PlatformArgs>) =>
  record(() => new Platform("platform", { ...base, ...args }));

const charts = (recorded: Awaited<ReturnType<typeof record>>) =>
  recorded.filter(({ type }) => type.endsWith(":Chart"));

test("each operator that is installed has its namespace and its pinned chart", async () => {
  const recorded = await recordPlatform({});
  expect(
    charts(recorded)
      .map(({ name }) => name)
      .sort(),
  ).toEqual([...names].sort());
  for (const { inputs, name } of charts(recorded)) {
    expect(inputs.version, name).toMatch(/\d+\.\d+/);
    expect(inputs.namespace).toBe(operators[name as OperatorName].namespace);
  }
});

test("what needs an operator waits until its programs run", async () => {
  let ready: string[] = [];
  const recorded = await record(() => {
    const platform = new Platform("platform", base);
    ready = platform.ready("dapr", "keda").map((resource) => resource.constructor.name);
  });
  expect(ready).toHaveLength(2);
  const gate = recorded.find(
    ({ type, name }) => type === "todo:test:Ready" && name === "dapr-system",
  );
  expect(gate).toBeDefined();
});

test("nothing of a chart is waited for one by one", () => {
  const of = (type: string) =>
    withoutWaiting({ type, name: "x", custom: true, props: { metadata: { name: "x" } }, opts: {} });
  expect(of("kubernetes:apps/v1:Deployment")).toMatchObject({
    props: { metadata: { name: "x", annotations: { "pulumi.com/skipAwait": "true" } } },
  });
  expect(of("kubernetes:core/v1:ConfigMap")).toBeUndefined();
});

test("what is reused or not wanted is left alone", async () => {
  expect(await recordPlatform({ operators: all("reuse") })).toHaveLength(1);
  expect(await recordPlatform({ operators: all("none") })).toHaveLength(1);
});

test("a chart may come from elsewhere, with values of its own laid over ours", async () => {
  const recorded = await recordPlatform({
    charts: {
      charts: { dapr: { chart: "./charts/dapr" } },
      values: { dapr: { global: { registry: "mirror" } } },
    },
  });
  const dapr = charts(recorded).find(({ name }) => name === "dapr")?.inputs;
  expect(dapr.chart).toBe("./charts/dapr");
  expect(dapr).not.toHaveProperty("repositoryOpts");
  expect(dapr.values.global).toMatchObject({
    registry: "mirror",
    mtls: { enabled: true, workloadCertTTL: "24h", allowedClockSkew: "15m" },
  });
});

test("Dapr's control plane stands three times in prod and once in dev", async () => {
  const ha = async (size: "dev" | "prod") =>
    charts(await recordPlatform({ size })).find(({ name }) => name === "dapr")?.inputs.values.global
      .ha.enabled;
  expect(await ha("dev")).toBe(false);
  expect(await ha("prod")).toBe(true);
});

test("values are laid over each other object by object, lists as a whole", () => {
  expect(merge({ a: { b: 1, c: [1] }, d: 2 }, { a: { c: [2] }, e: 3 })).toEqual({
    a: { b: 1, c: [2] },
    d: 2,
    e: 3,
  });
});
