import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import type { Recorded } from "#components/recording.ts";
import { record, secretMark } from "#components/recording.ts";
import { daprDashboard } from "./dapr-dashboard.ts";
import { PrometheusStack } from "./prometheus-stack.ts";

const canary = "canary-of-a-password";
const ofKind = (all: Recorded[], kind: string) =>
  all.filter(({ type }) => type.endsWith(`:${kind}`));

const prometheus = (values: Record<string, unknown> = {}) =>
  new PrometheusStack("prometheus", {
    namespace: "monitoring",
    size: "prod",
    storageClass: "fast",
    daprNamespace: "dapr-system",
    certManager: false,
    grafanaPassword: pulumi.secret(canary),
    charts: { charts: {}, values: { "kube-prometheus-stack": values } },
  });

describe("Prometheus", () => {
  test("gets Grafana's password by the name of a Secret, and nowhere in clear", async () => {
    const all = await record(() => void prometheus());
    const secret = ofKind(all, "Secret")[0];
    expect(secret?.inputs.stringData).toEqual({
      [secretMark]: { "admin-user": "admin", "admin-password": canary },
    });
    const chart = all.find(({ type }) => type.includes("helm"));
    expect(chart?.inputs.values.grafana.admin.existingSecret).toBe("grafana-admin");
    expect(JSON.stringify(all.filter((one) => one !== secret))).not.toContain(canary);
  });

  test("is pinned, sized, and sees the monitors of every stack", async () => {
    const all = await record(() => void prometheus({ nodeExporter: { enabled: true } }));
    const chart = all.find(({ type }) => type.includes("helm"))?.inputs;
    expect(chart.version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(chart.values.prometheus.prometheusSpec).toMatchObject({
      retention: "15d",
      replicas: 2,
      podMonitorSelectorNilUsesHelmValues: false,
      ruleSelectorNilUsesHelmValues: false,
      storageSpec: { volumeClaimTemplate: { spec: { storageClassName: "fast" } } },
    });
    expect(chart.values.nodeExporter.enabled).toBe(true);
    const namespace = ofKind(all, "Namespace")[0]?.inputs.metadata;
    expect(namespace.labels["pod-security.kubernetes.io/enforce"]).toBe("restricted");
  });
});

test("Dapr's dashboard is a pinned chart", async () => {
  const charts = { charts: {}, values: {} };
  const all = await record(() => void daprDashboard({ namespace: "dapr-system", charts }, {}));
  expect(all[0]?.inputs).toMatchObject({ chart: "dapr-dashboard", version: "0.15.0" });
});
