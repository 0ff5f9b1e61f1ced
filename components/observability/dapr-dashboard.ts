import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { ChartSource } from "#components/charts.ts";

/** Dapr's own dashboard, pinned; it is released apart from Dapr. */
const daprDashboardChart: ChartSource = {
  chart: "dapr-dashboard",
  version: "0.15.0",
  repository: "https://dapr.github.io/helm-charts/",
};

/**
 * Shows the applications, components and configurations that Dapr knows in a cluster. It has no
 * sign-in of its own: people reach it by a port-forward.
 */
export const daprDashboard = (
  args: { readonly namespace: string; readonly chart?: ChartSource },
  opts: pulumi.ComponentResourceOptions,
): k8s.helm.v4.Chart => {
  const source = args.chart ?? daprDashboardChart;
  return new k8s.helm.v4.Chart(
    "dapr-dashboard",
    {
      name: "dapr-dashboard",
      namespace: args.namespace,
      chart: source.chart,
      ...(source.version !== undefined && { version: source.version }),
      ...(source.repository !== undefined && { repositoryOpts: { repo: source.repository } }),
      values: { serviceType: "ClusterIP" },
    },
    opts,
  );
};
