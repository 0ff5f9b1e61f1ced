import { DiagnosticSetting } from "@pulumi/azure-native/monitor/diagnosticSetting.js";
import { Workspace } from "@pulumi/azure-native/operationalinsights/workspace.js";
import type * as pulumi from "@pulumi/pulumi";
import type { AzurePlace } from "./place.ts";

/** Where all logs of the cloud's services go. */
export const makeLogs = (
  { name, location, group, child }: AzurePlace,
  logDays: number,
): Workspace =>
  new Workspace(
    `${name}-logs`,
    {
      resourceGroupName: group,
      location,
      sku: { name: "PerGB2018" },
      retentionInDays: logDays,
    },
    child,
  );

/** What the control plane of AKS tells that somebody may have to look up. */
export const clusterLogs = [
  "kube-audit-admin",
  "guard",
  "cluster-autoscaler",
  "kube-controller-manager",
  "cloud-controller-manager",
] as const;

/** Sends logs of a resource to the workspace. */
export const sendLogs = (
  name: string,
  args: {
    readonly of: pulumi.Input<string>;
    readonly to: pulumi.Input<string>;
    /** Names of categories, or of groups of them, as `audit`. */
    readonly logs: readonly string[];
    readonly named: "category" | "categoryGroup";
  },
  opts: pulumi.CustomResourceOptions,
): DiagnosticSetting =>
  new DiagnosticSetting(
    name,
    {
      resourceUri: args.of,
      workspaceId: args.to,
      logs: args.logs.map((log) => ({ [args.named]: log, enabled: true }) as { enabled: boolean }),
    },
    opts,
  );
