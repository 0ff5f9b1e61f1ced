import { expect, test } from "vitest";
import { observabilityPolicies } from "./network.ts";

const reach = { peers: [{ podSelector: { matchLabels: { kafka: "yes" } } }], ports: [9_093] };

test("each part has a policy that lets in and out only what it needs", () => {
  const scrapers = [{ podSelector: { matchLabels: { scraper: "yes" } } }];
  const facts = {
    parts: { metrics: true, tracing: true, console: true },
    kafka: reach,
    redis: undefined,
    scrapers,
    senders: [{ podSelector: { matchLabels: { app: "yes" } } }],
  };
  const policies = observabilityPolicies(facts);
  expect(policies.map(({ name }) => name)).toEqual([
    "otel-collector",
    "zipkin",
    "redpanda-console",
    "kafka-exporter",
  ]);
  const console = policies.find(({ name }) => name === "redpanda-console");
  expect(console).toMatchObject({ ingress: [], egress: [{ peers: reach.peers }] });
  // An empty list of peers would let everybody in.
  for (const { ingress } of observabilityPolicies({ ...facts, scrapers: [], senders: [] })) {
    for (const { peers } of ingress) expect(peers.length).toBeGreaterThan(0);
  }
});
