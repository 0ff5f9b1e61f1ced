import { expect, test } from "vitest";
import { createMetrics } from "#apps/kit/http/metrics.ts";
import { metricNames } from "#components/observability/metric-names.ts";

const registry = createMetrics("backend").registry;
const made = new Map(registry.getMetricsAsArray().map(({ name, type }) => [name, String(type)]));

/** What Prometheus calls the parts of a histogram. */
const part = /_(bucket|count|sum)$/;

test.each([...metricNames.kit, ...metricNames.node])(
  "%s, which an alert or a panel reads, is a series of every service",
  async (name) => {
    const type = made.get(name) ?? made.get(name.replace(part, ""));
    expect(type, `the kit makes no ${name}`).toBeDefined();
    // A part exists of histograms only, a histogram only in parts.
    expect(type === "histogram").toBe(!made.has(name));
    expect(await registry.metrics()).toContain(
      `# TYPE ${name.replace(made.has(name) ? "" : part, "")} `,
    );
  },
);

test("every series says whose it is, as alerts ask for the app", async () => {
  const text = await registry.metrics();
  const samples = text.split("\n").filter((line) => /^outbox_depth/.test(line));
  expect(samples).toEqual(['outbox_depth{app="backend"} 0']);
});
