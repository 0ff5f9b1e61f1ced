import { expect, test } from "vitest";
import { mostReplicas, planPorts, portSpan } from "./port-plan.ts";

function portsOf(portBase: number): number[] {
  const { services, ...platform } = planPorts(portBase);
  return [
    ...Object.values(platform),
    ...Object.values(services).flat().flatMap(Object.values),
  ] as number[];
}

test("no two things listen on one port", () => {
  const ports = portsOf(18_000);
  expect(new Set(ports).size).toBe(ports.length);
});

test("all ports lie within the span, so that two stacks a span apart never meet", () => {
  for (const port of portsOf(18_000)) {
    expect(port).toBeGreaterThanOrEqual(18_000);
    expect(port).toBeLessThan(18_000 + portSpan);
  }
});

test("every service has ports for all its replicas", () => {
  for (const replicas of Object.values(planPorts(18_000).services)) {
    expect(replicas).toHaveLength(mostReplicas);
  }
});

test("one number moves them all", () => {
  expect(portsOf(19_000)).toEqual(portsOf(18_000).map((port) => port + 1_000));
});
