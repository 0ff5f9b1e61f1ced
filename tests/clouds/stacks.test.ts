import { expect, test } from "vitest";
import { chartSources } from "#components/charts.ts";
import { secretMark } from "#components/recording.ts";
import { examine } from "#policy/examine.ts";
import { pairwise } from "../manifests/pairwise.ts";
import { canary } from "./canary.ts";
import { busyTimeoutMs, type CloudChoice, factors, recordCloudStack } from "./stacks.ts";

test.each(pairwise(factors) as CloudChoice[])(
  "a prod stack on $cluster with Kafka $kafka and data $data is sound",
  async (choice) => {
    const { resources, faults } = await recordCloudStack(choice);
    expect(faults).toEqual([]);
    const violations = examine(resources, { size: "prod", thirdPartyImages: "version" });
    expect(violations.filter(({ level }) => level === "mandatory")).toEqual([]);
    const inClear = resources.filter(({ inputs }) =>
      JSON.stringify(withoutSecrets(inputs)).includes(canary),
    );
    expect(inClear.map(({ urn }) => urn)).toEqual([]);
  },
  busyTimeoutMs,
);

test(
  "every chart of a stack comes from a mirror, with values of one's own, where that is set",
  async () => {
    const names = Object.keys(chartSources);
    const ofEach = (value: object) => Object.fromEntries(names.map((name) => [name, value]));
    const mirrored = { charts: ofEach({ chart: "oci://mirror" }), values: ofEach({ mine: true }) };
    const { resources } = await recordCloudStack(
      { cluster: "gke", kafka: "redpanda", data: "in the cluster" },
      { platform: mirrored, observability: { daprDashboard: true } },
    );
    const charts = resources.filter(({ type }) => type.endsWith(":Chart"));
    expect(charts.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["redpanda", "kube-prometheus-stack", "dapr-dashboard", "dapr"]),
    );
    for (const { inputs, name } of charts) {
      expect(inputs, name).toMatchObject({ chart: "oci://mirror", values: { mine: true } });
      expect(inputs, name).not.toHaveProperty("repositoryOpts");
    }
  },
  busyTimeoutMs,
);

/** The same without what is marked as a secret. */
function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (value === null || typeof value !== "object") return value;
  if (secretMark in value) return null;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, withoutSecrets(one)]));
}
