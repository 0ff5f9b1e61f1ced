import { labelsOf } from "#components/place.ts";
import type { Dashboard } from "./dashboards/dashboard.ts";
import { grafanaModel } from "./dashboards/dashboard.ts";
import { dataDashboard } from "./dashboards/data.ts";
import { kafkaDashboard, topicsDashboard } from "./dashboards/kafka.ts";
import { overview } from "./dashboards/overview.ts";
import { servicesDashboard } from "./dashboards/services.ts";
import { sidecarsDashboard } from "./dashboards/sidecars.ts";

export type DashboardsArgs = {
  /** The namespace of the services. */
  readonly namespace: string;
  readonly daprNamespace: string;
  /** Whether PostgreSQL is run by CloudNativePG. */
  readonly postgres: boolean;
  /** Whether Redis is measured. */
  readonly redis: boolean;
};

/** Every dashboard; services, topics and consumers are those of the contracts. */
export const dashboards = (args: DashboardsArgs): Dashboard[] => [
  overview(args.namespace),
  servicesDashboard(args.namespace),
  topicsDashboard(args.namespace),
  kafkaDashboard(args.namespace),
  sidecarsDashboard(args.namespace, args.daprNamespace),
  dataDashboard(args.namespace, args),
];

/** A dashboard as Grafana finds it in the cluster; its name is given by the provider. */
export const dashboardConfigMap = (dashboard: Dashboard, namespace: string) => ({
  metadata: {
    namespace,
    labels: { ...labelsOf("grafana-dashboard"), grafana_dashboard: "1" },
    annotations: { grafana_folder: `Todo (${namespace})` },
  },
  data: {
    [`${namespace}-${dashboard.name}.json`]: JSON.stringify(grafanaModel(dashboard, namespace)),
  },
});
