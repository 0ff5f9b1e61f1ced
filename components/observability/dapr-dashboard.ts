import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { type ChartSettings, installChart } from "#components/charts.ts";

/**
 * Shows the applications, components and configurations that Dapr knows in a cluster. It has no
 * sign-in of its own: people reach it by a port-forward.
 */
export const daprDashboard = (
  { namespace, charts }: { readonly namespace: string; readonly charts: ChartSettings },
  opts: pulumi.ComponentResourceOptions,
): k8s.helm.v4.Chart =>
  installChart("dapr-dashboard", { namespace, values: { serviceType: "ClusterIP" } }, charts, opts);
