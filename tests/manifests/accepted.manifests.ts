import { afterAll, describe, expect, test } from "vitest";
import { canary } from "#commands/render/choices.ts";
import { describe as nameOf } from "#commands/render/manifests.ts";
import type { KubernetesObject } from "#commands/render/objects.ts";
import { canary as canaryOfClouds } from "../clouds/canary.ts";
import { ApiClient } from "./api-client.ts";
import { unknownValues } from "./chart-values.ts";
import { unknownSettings } from "./kafka-names.ts";
import { type DistinctObject, distinct } from "./renders.ts";
import { readSetting } from "./setting.ts";

const setting = readSetting();
const { renders, chartRenders, absentGroups } = setting;
const all = [...renders, ...chartRenders];
const client = new ApiClient(setting);
afterAll(() => client.close());

test.each(all.map((render) => [render.name, render] as const))("renders: %s", (_, render) => {
  expect(render.failure).toBeUndefined();
  expect(render.objects.length + render.charts.length).toBeGreaterThan(0);
});

for (const [component, objects] of Map.groupBy(distinct(all), (one) => one.component)) {
  describe(component, () => {
    for (const one of objects) acceptedTest(one);
  });
}

function acceptedTest({ object, render }: DistinctObject): void {
  const title = `${nameOf(object)} (${render})`;
  const group = object.apiVersion.split("/")[0] as string;
  if (absentGroups.includes(group)) {
    test.skip(`${title}: no schemas of ${group} here`, () => {});
    return;
  }
  test(title, async () => {
    const served = await client.served(object);
    expect(served, "the API server knows this kind").toBeDefined();
    expect(object.metadata.namespace !== undefined).toBe(served?.namespaced);
    const verdict = await client.dryRun(readable(object));
    // A warning is a fault too: a field on its way out, pods that their namespace would refuse.
    expect(verdict).toEqual({ kind: "accepted", warnings: [] });
  });
}

/** A Secret by which images are pulled is read as JSON, which the mark of what is hidden is not. */
const readable = (object: KubernetesObject): KubernetesObject =>
  object.type === "kubernetes.io/dockerconfigjson"
    ? { ...object, stringData: { ".dockerconfigjson": '{"auths":{}}' } }
    : object;

const charts = renders.flatMap((render) => render.charts);

describe("what charts bring is delegated", () => {
  const rendered = chartRenders.flatMap(({ objects }) => objects.map((one) => one.component));
  const others = charts.filter(({ name }) => !rendered.includes(`chart ${name}`));
  for (const { name, chart, version } of new Map(others.map((one) => [one.name, one])).values()) {
    test.skip(`${name}: ${chart} ${version}`, () => {});
  }
});

describe("values of charts are known to them", () => {
  for (const [name, own] of Map.groupBy(charts, (chart) => chart.name)) {
    const defaults = setting.chartDefaults[name];
    if (defaults === undefined) continue;
    test(name, () => {
      const unknown = own.flatMap(({ values }) => unknownValues(values, defaults));
      expect([...new Set(unknown)]).toEqual([]);
    });
  }
});

test("settings of Kafka are known to it", () => {
  const unknown = distinct(renders).flatMap(({ object }) =>
    unknownSettings(object, setting.kafkaNames).map((name) => `${nameOf(object)} ${name}`),
  );
  expect(setting.kafkaNames.topic).toContain("retention.ms");
  expect(unknown).toEqual([]);
});

describe("secrets", () => {
  test("stand in objects of kind Secret only", () => {
    const elsewhere = renders.flatMap(({ name, objects, charts }) => [
      ...objects
        .filter(({ object }) => object.kind !== "Secret")
        .flatMap(({ object, secretPaths }) => secretPaths.map((at) => `${nameOf(object)} ${at}`)),
      ...charts.flatMap((chart) => chart.secretPaths.map((at) => `${name}: ${chart.name} ${at}`)),
    ]);
    expect([...new Set(elsewhere)]).toEqual([]);
  });

  test("are in no rendered object in clear", () => {
    for (const one of [canary, canaryOfClouds]) {
      expect(JSON.stringify(renders)).not.toContain(one);
    }
  });
});
