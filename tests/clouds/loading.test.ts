import { createRequire } from "node:module";
import { expect, test } from "vitest";
import { recordStack } from "#commands/render/stack.ts";
import { openCluster } from "#infra/clusters/clusters.ts";
import { aksConfigOf, azureAnswers } from "./azure.ts";
import { gkeConfigOf } from "./google.ts";
import { ociAnswers, okeConfigOf } from "./oci.ts";
import { recordCloud } from "./record-cloud.ts";
import { busyTimeoutMs, recordCloudStack } from "./stacks.ts";

const { cache } = createRequire(import.meta.url);
const loaded = (sdk: string): string[] =>
  Object.keys(cache).filter((file) => file.includes(`/@pulumi/${sdk}/`));

// One after the other: what is loaded stays so.
test("no SDK of a cloud is loaded by a stack that stands in none", async () => {
  await recordStack({ stack: "dev", cluster: "existing", kafka: "strimzi", data: "cluster" });
  expect(loaded("pulumi").length).toBeGreaterThan(0);
  expect(["azure-native", "gcp", "oci"].flatMap(loaded)).toEqual([]);
});

test("a cluster of Azure loads the files of the resources that it has, and no other cloud", async () => {
  await recordCloud(() => openCluster(aksConfigOf(), { namespace: "todo", keepData: true }), {
    answers: azureAnswers,
  });
  const files = loaded("azure-native");
  expect(files.some((file) => file.endsWith("/managedCluster.js"))).toBe(true);
  expect(files.length).toBeLessThan(60);
  expect(files.some((file) => file.includes("/dbforpostgresql/"))).toBe(false);
  expect(["gcp", "oci"].flatMap(loaded)).toEqual([]);
});

test("a cluster of Google loads the files of the resources that it has, and nothing that it runs", async () => {
  const others = ["azure-native", "oci"].flatMap(loaded);
  await recordCloud(() => openCluster(gkeConfigOf(), { namespace: "todo", keepData: true }));
  const files = loaded("gcp");
  expect(files.some((file) => file.endsWith("/container/cluster.js"))).toBe(true);
  expect(files.length).toBeLessThan(60);
  expect(files.some((file) => file.includes("/managedkafka/"))).toBe(false);
  expect(["azure-native", "oci"].flatMap(loaded)).toEqual(others);
});

test("a cluster of Oracle loads the files of the resources that it has, and nothing that it runs", async () => {
  const others = ["azure-native", "gcp"].flatMap(loaded);
  await recordCloud(() => openCluster(okeConfigOf(), { namespace: "todo", keepData: true }), {
    answers: ociAnswers,
  });
  const files = loaded("oci");
  expect(files.some((file) => file.endsWith("/containerengine/cluster.js"))).toBe(true);
  expect(files.length).toBeLessThan(60);
  expect(files.some((file) => /\/(psql|streaming|redis)\//.test(file))).toBe(false);
  expect(["azure-native", "gcp"].flatMap(loaded)).toEqual(others);
});

test.each([
  ["aks", ["gcp", "oci"]],
  ["gke", ["azure-native", "oci"]],
  ["oke", ["azure-native", "gcp"]],
])(
  "a whole stack on %s, all of whose services the cloud runs, loads no other cloud",
  async (cluster, others) => {
    const before = others.flatMap(loaded);
    await recordCloudStack({ cluster, kafka: "managed", data: "managed" });
    expect(others.flatMap(loaded)).toEqual(before);
  },
  busyTimeoutMs,
);
