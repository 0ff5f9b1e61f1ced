import { labelsOf } from "#components/place.ts";
import type { Alert, AlertsArgs } from "./alerts/alert.ts";
import { runbookAnchor } from "./alerts/alert.ts";
import { clusterAlerts } from "./alerts/cluster.ts";
import { daprAlerts } from "./alerts/dapr.ts";
import { dataAlerts } from "./alerts/data.ts";
import { eventAlerts } from "./alerts/events.ts";
import { serviceAlerts } from "./alerts/services.ts";

/** A rule as Prometheus reads it. */
export type Rule = {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<"summary" | "description" | "runbook_url", string>>;
};

export type RuleGroup = { readonly name: string; readonly rules: readonly Rule[] };

/** Every alert of the system, by what it is about; all of it follows from the contracts. */
export const alerts = (args: AlertsArgs): Readonly<Record<string, readonly Alert[]>> => ({
  "todo-events": eventAlerts(args),
  "todo-services": serviceAlerts(args),
  "todo-dapr": daprAlerts(args),
  "todo-cluster": clusterAlerts(args),
  "todo-data": dataAlerts(args),
});

/** The groups of rules of Prometheus; `runbooks` is the address of runbooks.md. */
export const alertGroups = (args: AlertsArgs, runbooks: string): RuleGroup[] =>
  Object.entries(alerts(args)).map(([name, group]) => ({
    name,
    rules: group.map((alert) => ruleOf(alert, args, runbooks)),
  }));

/** The groups as an object for the Prometheus operator. */
export const prometheusRule = (args: AlertsArgs, runbooks: string) => ({
  apiVersion: "monitoring.coreos.com/v1",
  kind: "PrometheusRule",
  metadata: { name: "todo-alerts", namespace: args.namespace, labels: labelsOf("todo-alerts") },
  spec: { groups: alertGroups(args, runbooks) },
});

const ruleOf = (alert: Alert, { namespace }: AlertsArgs, runbooks: string): Rule => ({
  alert: alert.name,
  expr: alert.expr,
  for: `${alert.forMinutes}m`,
  // By the namespace a receiver tells the alerts of several stacks apart.
  labels: { severity: alert.severity, namespace, ...alert.subject },
  annotations: {
    summary: alert.summary,
    description: alert.description,
    runbook_url: `${runbooks}#${runbookAnchor(alert.name)}`,
  },
});
