import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { StackSize } from "#apps/contracts/topics.ts";
import { type ChartSettings, installChart } from "#components/charts.ts";
import { namespaceObject } from "#components/namespace.ts";
import { labelsOf } from "#components/place.ts";
import { platformMonitors } from "./monitors.ts";

export type PrometheusStackArgs = {
  readonly namespace: string;
  readonly size: StackSize;
  /** The class of volumes; `undefined` is the cluster's default. */
  readonly storageClass: string | undefined;
  readonly daprNamespace: string;
  /** Whether the cluster has cert-manager to measure; Dapr it always has. */
  readonly certManager: boolean;
  readonly grafanaPassword: pulumi.Input<string>;
  /** Zipkin's address, for links from Grafana; absent where there is none. */
  readonly zipkinUrl?: string;
  readonly charts: ChartSettings;
};

/** Prometheus, Alertmanager and Grafana, once in a cluster, in a namespace of their own. */
export class PrometheusStack extends pulumi.ComponentResource {
  /** What monitors and rules depend on: the operator that reads them. */
  readonly ready: pulumi.Resource[];

  constructor(name: string, args: PrometheusStackArgs, opts?: pulumi.ComponentResourceOptions) {
    super("todo:observability:PrometheusStack", name, {}, opts);
    const { namespace } = args;
    const created = new k8s.core.v1.Namespace(namespace, namespaceObject(namespace, "restricted"), {
      parent: this,
    });
    const inside = { parent: this, dependsOn: created };
    const admin = new k8s.core.v1.Secret(
      "grafana-admin",
      {
        metadata: { namespace, labels: labelsOf("grafana") },
        stringData: pulumi.secret({
          "admin-user": "admin",
          "admin-password": args.grafanaPassword,
        }),
      },
      inside,
    );
    const chart = installChart(
      "kube-prometheus-stack",
      { namespace, values: chartValues(args, admin.metadata.name) },
      args.charts,
      inside,
    );
    this.ready = [chart];
    for (const monitor of platformMonitors(namespace, args.daprNamespace)) {
      if (monitor.metadata.name === "cert-manager" && !args.certManager) continue;
      new k8s.apiextensions.CustomResource(monitor.metadata.name, monitor, {
        parent: this,
        dependsOn: chart,
      });
    }
    this.registerOutputs();
  }
}

const sizes = {
  dev: { retention: "2d", retentionSize: "4GB", disk: "5Gi", memory: "1Gi", replicas: 1 },
  prod: { retention: "15d", retentionSize: "45GB", disk: "50Gi", memory: "4Gi", replicas: 2 },
} as const satisfies Record<StackSize, object>;

/** The chart's values; the password comes by the name of a Secret. */
function chartValues(
  args: Pick<PrometheusStackArgs, "size" | "storageClass" | "zipkinUrl">,
  adminSecret: pulumi.Input<string>,
) {
  return {
    // Made by jobs that run as hooks of Helm, which only Helm itself runs.
    prometheusOperator: { admissionWebhooks: { enabled: false }, tls: { enabled: false } },
    // Clouds hide these, and an alert about what cannot be seen never ends.
    kubeEtcd: { enabled: false },
    kubeScheduler: { enabled: false },
    kubeControllerManager: { enabled: false },
    kubeProxy: { enabled: false },
    // It wants the host's network and files, which `restricted` does not give.
    nodeExporter: { enabled: false },
    prometheus: { prometheusSpec: prometheusSpec(args) },
    alertmanager: { alertmanagerSpec: { replicas: sizes[args.size].replicas } },
    grafana: grafanaValues(args, adminSecret),
  };
}

function prometheusSpec({
  size,
  storageClass,
}: Pick<PrometheusStackArgs, "size" | "storageClass">) {
  const { retention, retentionSize, disk, memory, replicas } = sizes[size];
  return {
    replicas,
    retention,
    retentionSize,
    scrapeInterval: "30s",
    evaluationInterval: "15s",
    // Those of every stack in the cluster, whatever release they belong to.
    podMonitorSelectorNilUsesHelmValues: false,
    serviceMonitorSelectorNilUsesHelmValues: false,
    ruleSelectorNilUsesHelmValues: false,
    probeSelectorNilUsesHelmValues: false,
    scrapeConfigSelectorNilUsesHelmValues: false,
    resources: { requests: { cpu: "100m", memory }, limits: { memory } },
    storageSpec: {
      volumeClaimTemplate: {
        spec: {
          ...(storageClass !== undefined && { storageClassName: storageClass }),
          accessModes: ["ReadWriteOnce"],
          resources: { requests: { storage: disk } },
        },
      },
    },
  };
}

const grafanaValues = (
  { zipkinUrl }: Pick<PrometheusStackArgs, "zipkinUrl">,
  adminSecret: pulumi.Input<string>,
) => ({
  admin: { existingSecret: adminSecret, userKey: "admin-user", passwordKey: "admin-password" },
  // Dashboards are code: what is changed by hand may go with the pod.
  persistence: { enabled: false },
  initChownData: { enabled: false },
  testFramework: { enabled: false },
  "grafana.ini": {
    analytics: { reporting_enabled: false, check_for_updates: false },
    users: { default_theme: "light" },
  },
  sidecar: {
    dashboards: {
      enabled: true,
      label: "grafana_dashboard",
      labelValue: "1",
      searchNamespace: "ALL",
      folderAnnotation: "grafana_folder",
      provider: { foldersFromFilesStructure: true },
    },
  },
  ...(zipkinUrl && {
    additionalDataSources: [{ name: "Zipkin", uid: "zipkin", type: "zipkin", url: zipkinUrl }],
  }),
});
