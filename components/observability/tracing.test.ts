import { expect, test } from "vitest";
import { collectorConfig, tracingOf } from "./tracing.ts";

test("sidecars and services are told the collector's addresses before it exists", () => {
  expect(tracingOf({ namespace: "todo" })).toEqual({
    zipkinEndpoint: "http://otel-collector.todo.svc.cluster.local:9411/api/v2/spans",
    otlpEndpoint: "otel-collector.todo.svc.cluster.local:4317",
    otlpHttpEndpoint: "http://otel-collector.todo.svc.cluster.local:4318",
    reach: {
      peers: [{ podSelector: { matchLabels: { "app.kubernetes.io/name": "otel-collector" } } }],
      ports: [9_411, 4_317, 4_318],
    },
  });
});

test("the collector samples as it is told, after its memory was looked at", () => {
  const order = (...args: Parameters<typeof collectorConfig>) =>
    collectorConfig(...args).service.pipelines.traces.processors;
  expect(order({ kind: "all" })).toEqual(["memory_limiter", "batch"]);
  expect(order({ kind: "share", share: 0.1 })[1]).toBe("probabilistic_sampler");
  const interesting = collectorConfig({ kind: "interesting", share: 0.1, slowMs: 500 });
  expect(interesting.processors).toMatchObject({
    tail_sampling: { policies: [{ name: "failed" }, { latency: { threshold_ms: 500 } }, {}] },
  });
});
