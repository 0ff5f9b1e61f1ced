import { expect, test } from "vitest";
import { appIds, contractOf } from "#apps/contracts/services.ts";
import { daprFacts } from "#components/testing/samples.ts";
import { sidecarAnnotations } from "./annotations.ts";

const annotationsOf = (appId: (typeof appIds)[number], facts = daprFacts) =>
  sidecarAnnotations({
    appId,
    facts,
    kafkaUser: undefined,
    apiTokenSecret: "to-sidecar",
    appTokenSecret: "to-app",
    resources: { cpuRequest: "1m", memoryRequest: "1Mi", memoryLimit: "2Mi" },
    logLevel: "trace",
  });

test.each(appIds)("the sidecar of %s is told what the contract says", (appId) => {
  expect(annotationsOf(appId)).toMatchObject({
    "dapr.io/app-id": appId,
    "dapr.io/app-port": String(contractOf(appId).port),
    "dapr.io/config": appId,
    "dapr.io/api-token-secret": "to-sidecar",
    "dapr.io/app-token-secret": "to-app",
  });
});

test("a sidecar waits for its service before it goes, and knows no level below debug", () => {
  const [appId] = appIds;
  const annotations = annotationsOf(appId as (typeof appIds)[number]);
  expect(annotations["dapr.io/block-shutdown-duration"]).toMatch(/^\d+s$/);
  expect(annotations["dapr.io/log-level"]).toBe("debug");
});

test("without a user of Kafka there is none in its environment", () => {
  const [appId] = appIds;
  expect(annotationsOf(appId as (typeof appIds)[number])).not.toHaveProperty("dapr.io/env");
});

test("a sidecar of Dapr's own delivers one at a time, a mended one as many as it likes", () => {
  const [appId] = appIds;
  const own = annotationsOf(appId as (typeof appIds)[number]);
  expect(own["dapr.io/app-max-concurrency"]).toBe("1");
  expect(own).not.toHaveProperty("dapr.io/sidecar-image");
  const mendedSidecar = "registry.example/daprd:1.16.5-mended";
  const mended = annotationsOf(appId as (typeof appIds)[number], { ...daprFacts, mendedSidecar });
  expect(mended["dapr.io/sidecar-image"]).toBe(mendedSidecar);
  expect(mended).not.toHaveProperty("dapr.io/app-max-concurrency");
});
