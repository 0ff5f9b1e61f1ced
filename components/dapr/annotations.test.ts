import { expect, test } from "vitest";
import { appIds, contractOf } from "#apps/contracts/services.ts";
import { sidecarAnnotations } from "./annotations.ts";
import type { DaprFacts } from "./facts.ts";

const facts: DaprFacts = {
  namespace: "todo",
  trustDomain: "public",
  kafka: { brokers: "kafka:9093", version: "3.9.0", mechanism: "PLAIN", tls: "public" },
  redis: { address: "redis:6379", username: "todo", password: "", tls: true },
  mail: {
    host: "smtp.example.com",
    port: 587,
    from: "todo@example.com",
    account: { username: "todo", password: { secret: { name: "mail", key: "password" } } },
    verified: true,
  },
  secretStore: "kubernetes",
  tracing: { samplingRate: 1, zipkinEndpoint: undefined },
};

const annotationsOf = (appId: (typeof appIds)[number]) =>
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
