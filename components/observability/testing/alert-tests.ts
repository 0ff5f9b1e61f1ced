import { stringify } from "yaml";
import type { Alert, AlertName, AlertsArgs } from "../alerts/alert.ts";
import { alertGroups, alerts } from "../alerts.ts";
import { rateWindow } from "../dashboards/dashboard.ts";
import { dashboards } from "../dashboards.ts";
import { eventScenarios } from "./event-scenarios.ts";
import { platformScenarios } from "./platform-scenarios.ts";
import type { Scenario, ScenariosOf } from "./scenario.ts";
import { daprNamespace, namespace } from "./scenario.ts";
import { systemScenarios } from "./system-scenarios.ts";

/** Everything is there to be watched, in its largest size. */
export const fullArgs: AlertsArgs = {
  namespace,
  daprNamespace,
  size: "prod",
  brokers: 3,
  certManager: true,
  postgres: "with-backups",
  redis: true,
};

/** When each alert fires and when it does not: an alert without an entry does not compile. */
export const scenarios: Readonly<Record<AlertName, ScenariosOf>> = {
  ...eventScenarios,
  ...systemScenarios,
  ...platformScenarios,
};

export const allAlerts = (args: AlertsArgs = fullArgs): Alert[] =>
  Object.values(alerts(args)).flat();

/**
 * The files that promtool is given, by name: all rules as a stack has them, the questions of the
 * dashboards, and for each alert its rules alone with a test per scenario, as every test goes through all rules of its file.
 */
export function promtoolFiles(args: AlertsArgs = fullArgs): ReadonlyMap<string, string> {
  const groups = alertGroups(args, "https://runbooks.test/runbooks.md");
  const files = new Map([
    ["rules.yaml", yaml({ groups })],
    ["panels.yaml", yaml({ groups: panelGroups(args) })],
  ]);
  for (const name of new Set(allAlerts(args).map((alert) => alert.name))) {
    const rules = groups.flatMap((group) => group.rules.filter(({ alert }) => alert === name));
    files.set(`${name}.rules.yaml`, yaml({ groups: [{ name, rules }] }));
    files.set(
      `${name}.tests.yaml`,
      yaml({
        rule_files: [`${name}.rules.yaml`],
        evaluation_interval: "1m",
        tests: allAlerts(args)
          .filter((alert) => alert.name === name)
          .flatMap((alert) => scenarios[name](alert).map((scenario) => testOf(alert, scenario))),
      }),
    );
  }
  return files;
}

/** What the dashboards ask, as rules: promtool then reads each of their questions. */
const panelGroups = (args: AlertsArgs) =>
  dashboards({ ...args, postgres: args.postgres !== false }).map(({ name, rows }) => ({
    name,
    rules: rows
      .flatMap(({ panels }) => panels.flatMap(({ queries }) => queries))
      .map(({ expr }, index) => ({
        record: `panel:${name}:${index}`,
        expr: expr.replaceAll(rateWindow, "5m"),
      })),
  }));

function testOf(alert: Alert, { says, fires, given, atMinute }: Scenario) {
  const labels = Object.entries({
    alertname: alert.name,
    alertstate: "firing",
    ...alert.subject,
  }).map(([label, value]) => `${label}="${value}"`);
  const name = `${nameOf(alert)} ${fires ? "fires" : "is silent"}: ${says}`;
  return {
    name,
    interval: "1m",
    input_series: given,
    promql_expr_test: [
      {
        // The comment is what promtool shows of a test that fails.
        expr: `(count(ALERTS{${labels.join(",")}}) > bool 0) or vector(0) # ${name}`,
        eval_time: `${atMinute}m`,
        exp_samples: [{ labels: "{}", value: fires ? 1 : 0 }],
      },
    ],
  };
}

/** As `ConsumerLag of task-events in audit`. */
const nameOf = ({ name, subject }: Alert): string =>
  [name, ...Object.values(subject)].join(" ").trim();

const yaml = (value: unknown): string =>
  stringify(value, { lineWidth: 0, aliasDuplicateObjects: false });
