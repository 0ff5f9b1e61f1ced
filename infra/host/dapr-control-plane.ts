import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { stringify } from "yaml";
import type { PortPlan } from "./port-plan.ts";
import { Process } from "./process.ts";
import type { HostStack } from "./stack-folder.ts";

export type HostDaprControlPlaneArgs = {
  readonly stack: HostStack;
  /** The executables of the control plane. */
  readonly sentry: string;
  readonly scheduler: string;
  readonly ports: PortPlan;
  readonly namespace: string;
  readonly trustDomain: string;
};

const loopback = "127.0.0.1";
// The scheduler accepts no other: its certificate names it.
const schedulerId = "dapr-scheduler-server-0";

/** Dapr's certificate authority (sentry) and its scheduler of jobs, speaking mTLS. */
export class HostDaprControlPlane extends pulumi.ComponentResource {
  readonly sentryAddress: string;
  readonly schedulerAddress: string;
  /** The certificate that all identities are signed under, PEM. */
  readonly trustAnchors: pulumi.Output<string>;
  readonly scheduler: Process;

  constructor(
    name: string,
    args: HostDaprControlPlaneArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("todo:host:DaprControlPlane", name, {}, opts);
    const { stack, ports, namespace, trustDomain } = args;
    const child = { parent: this };
    const common = { stackFolder: stack.folder, cwd: stack.folder, env: { NAMESPACE: namespace } };
    this.sentryAddress = `${loopback}:${ports.sentry}`;
    this.schedulerAddress = `${loopback}:${ports.scheduler}`;

    const configuration = join(stack.folder, "dapr", "sentry.yaml");
    const credentials = join(stack.folder, "data", "sentry");
    const authority = join(credentials, "ca.crt");
    const sentry = new Process(
      "sentry",
      {
        ...common,
        name: "sentry",
        command: [
          args.sentry,
          ...["--mode", "standalone", "--trust-domain", trustDomain],
          ...["--config", configuration, "--issuer-credentials", credentials],
          ...["--listen-address", loopback, "--port", `${ports.sentry}`],
          ...observedAt(ports.sentryHealth, ports.sentryMetrics),
        ],
        files: { [configuration]: sentryConfiguration(namespace, trustDomain) },
        data: { folder: credentials },
        ports: {
          sentry: ports.sentry,
          "sentry health": ports.sentryHealth,
          "sentry metrics": ports.sentryMetrics,
        },
        ready: { http: `http://${loopback}:${ports.sentryHealth}/healthz` },
        reads: { authority },
      },
      child,
    );
    this.trustAnchors = sentry.contents.apply((contents) => contents.authority ?? "");

    const identity = join(stack.folder, "dapr", "scheduler-identity");
    this.scheduler = new Process(
      "scheduler",
      {
        ...common,
        name: "scheduler",
        command: [
          args.scheduler,
          ...["--mode", "standalone", "--trust-domain", trustDomain, "--tls-enabled"],
          ...["--trust-anchors-file", authority, "--sentry-address", this.sentryAddress],
          ...["--listen-address", loopback, "--port", `${ports.scheduler}`],
          ...["--override-broadcast-host-port", this.schedulerAddress],
          ...["--id", schedulerId, "--etcd-data-dir", join(stack.folder, "data", "scheduler")],
          ...[
            "--etcd-initial-cluster",
            `${schedulerId}=http://${loopback}:${ports.schedulerEtcdPeer}`,
          ],
          ...["--etcd-client-listen-address", loopback],
          ...["--etcd-client-port", `${ports.schedulerEtcdClient}`],
          ...["--identity-directory-write", identity],
          ...observedAt(ports.schedulerHealth, ports.schedulerMetrics),
        ],
        data: { folder: join(stack.folder, "data", "scheduler") },
        ports: {
          scheduler: ports.scheduler,
          "scheduler health": ports.schedulerHealth,
          "scheduler metrics": ports.schedulerMetrics,
          "scheduler etcd": ports.schedulerEtcdClient,
          "scheduler etcd peer": ports.schedulerEtcdPeer,
        },
        ready: { http: `http://${loopback}:${ports.schedulerHealth}/healthz` },
      },
      { parent: this, dependsOn: sentry },
    );
    this.registerOutputs();
  }
}

const observedAt = (healthPort: number, metricsPort: number): string[] => [
  ...["--healthz-listen-address", loopback, "--healthz-port", `${healthPort}`],
  ...["--metrics-listen-address", loopback, "--metrics-port", `${metricsPort}`],
];

// Lifetime and tolerated clock skew of identities are the control plane's to say.
const sentryConfiguration = (namespace: string, trustDomain: string): string =>
  stringify({
    apiVersion: "dapr.io/v1alpha1",
    kind: "Configuration",
    metadata: { name: "daprsystem", namespace },
    spec: {
      mtls: {
        enabled: true,
        workloadCertTTL: "24h",
        allowedClockSkew: "15m",
        controlPlaneTrustDomain: trustDomain,
      },
    },
  });
