import { describe, expect, test } from "vitest";
import { cloudCases } from "./cases/clouds.ts";
import { daprCases } from "./cases/dapr.ts";
import { dataCases } from "./cases/data.ts";
import { deliveryCases } from "./cases/deliveries.ts";
import { exposureCases } from "./cases/exposure.ts";
import { imageCases } from "./cases/images.ts";
import { kafkaCases } from "./cases/kafka.ts";
import { namespaceCases } from "./cases/namespaces.ts";
import { networkCases } from "./cases/network.ts";
import { ociCases, withMore } from "./cases/oci.ts";
import { podCases } from "./cases/pods.ts";
import { secretCases } from "./cases/secrets.ts";
import { topicCases } from "./cases/topics.ts";
import { workloadCases } from "./cases/workloads.ts";
import { examine } from "./examine.ts";
import { rules } from "./rules.ts";

const cases = {
  ...{ ...podCases, ...namespaceCases, ...imageCases, ...secretCases, ...exposureCases },
  ...{ ...networkCases, ...daprCases, ...deliveryCases, ...kafkaCases, ...topicCases },
  ...{ ...workloadCases, ...dataCases, ...withMore(cloudCases, ociCases) },
};

test("every rule has a case that it rejects and one that it accepts, and no case has no rule", () => {
  expect(Object.keys(cases).sort()).toEqual(rules.map(({ name }) => name).sort());
  for (const [name, { rejects, accepts }] of Object.entries(cases)) {
    expect([name, rejects.length > 0, accepts.length > 0]).toEqual([name, true, true]);
  }
});

test("a rule says what holds and what to do in sentences", () => {
  for (const { name, says, remedy } of rules) {
    expect(name).toMatch(/^[a-z]+(-[a-z]+)+$/);
    expect(says).toMatch(/^[A-Z].*\.$/);
    expect(remedy).toMatch(/^[A-Z].*\.$/);
  }
});

describe.each(Object.entries(cases))("%s", (rule, { rejects, accepts }) => {
  const messages = ({
    resources,
    settings,
  }: Pick<(typeof accepts)[number], "resources" | "settings">) =>
    examine(resources, settings)
      .filter((violation) => violation.rule === rule)
      .map(({ message }) => message);

  test.each(rejects)("rejects that $when", ({ says, ...program }) => {
    expect(messages(program)).toEqual([expect.stringContaining(says)]);
  });

  test.each(accepts)("accepts that $when", (program) => {
    expect(messages(program)).toEqual([]);
  });
});
