import type * as k8s from "@pulumi/kubernetes";
import type { AppId } from "#apps/contracts/services.ts";
import { contractOf } from "#apps/contracts/services.ts";
import type { StackSize } from "#apps/contracts/topics.ts";
import {
  blockShutdownSeconds,
  gracefulShutdownSeconds,
  type SidecarResources,
} from "#components/dapr/annotations.ts";
import { selectorOf } from "#components/place.ts";

type Container = k8s.types.input.core.v1.Container;

/** Every image of ours runs as this user, which Dapr's programs insist on too. */
const unprivilegedId = 65_532;

/** What the `restricted` level asks of a pod; it counts for an injected sidecar as well. */
export const podSecurityContext = {
  runAsNonRoot: true,
  runAsUser: unprivilegedId,
  runAsGroup: unprivilegedId,
  fsGroup: unprivilegedId,
  seccompProfile: { type: "RuntimeDefault" },
} as const;

/** What the `restricted` level asks of a container, and a root file system that is never written. */
export const containerSecurityContext = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ["ALL"] },
};

/**
 * How a pod goes: its address is taken from all lists while it still serves, then the service
 * drains (13 s at most, by the kit), its sidecar living on for longer than that takes.
 */
export const shutdown = {
  /** Traffic still arrives for so long after a pod was told to go. */
  stillServesSeconds: 5,
  /** The kit ends a drain after this. */
  drainSeconds: 13,
  gracePeriodSeconds: 5 + 13 + blockShutdownSeconds + gracefulShutdownSeconds,
} as const;

type Resources = { readonly app: Container["resources"]; readonly sidecar: SidecarResources };

/**
 * Processor time that a pod asks for, which is its weight where a node is busy. No limit: it would
 * only delay what could run.
 */
const cpuOf = {
  dev: { app: "50m", sidecar: "50m", background: { app: "20m", sidecar: "20m" } },
  prod: { app: "250m", sidecar: "150m", background: { app: "100m", sidecar: "60m" } },
} as const;

const memoryOf = {
  dev: { app: ["160Mi", "512Mi"], sidecar: ["96Mi", "384Mi"] },
  prod: { app: ["256Mi", "768Mi"], sidecar: ["128Mi", "512Mi"] },
} as const;

/** What a pod may take. */
export function podResources(appId: AppId, size: StackSize): Resources {
  const cpu = contractOf(appId).background ? cpuOf[size].background : cpuOf[size];
  const { app, sidecar } = memoryOf[size];
  return {
    app: { requests: { cpu: cpu.app, memory: app[0] }, limits: { memory: app[1] } },
    sidecar: { cpuRequest: cpu.sidecar, memoryRequest: sidecar[0], memoryLimit: sidecar[1] },
  };
}

const replicasBySize: Record<StackSize, number> = { dev: 1, prod: 2 };

/** How often a service runs that does not scale by itself, and at least one that does. */
export const replicasOf = (appId: AppId, size: StackSize): number =>
  Math.max(replicasBySize[size], contractOf(appId).leastReplicas ?? 1);

/** Probes of the kit's routes: alive is not ready, and a start may take its time. */
export const probesOf = (): Pick<
  Container,
  "startupProbe" | "livenessProbe" | "readinessProbe"
> => ({
  startupProbe: {
    httpGet: { path: "/healthz", port: "http" },
    periodSeconds: 1,
    failureThreshold: 60,
  },
  livenessProbe: {
    httpGet: { path: "/healthz", port: "http" },
    periodSeconds: 10,
    timeoutSeconds: 5,
    failureThreshold: 6,
  },
  readinessProbe: {
    httpGet: { path: "/readyz", port: "http" },
    periodSeconds: 3,
    timeoutSeconds: 3,
    failureThreshold: 2,
  },
});

/** Replicas on different nodes, and in different zones where there are any. */
export const spreadOf = (
  appId: AppId,
  size: StackSize,
  zones: boolean,
): k8s.types.input.core.v1.TopologySpreadConstraint[] =>
  ["kubernetes.io/hostname", ...(zones ? ["topology.kubernetes.io/zone"] : [])].map(
    (topologyKey) => ({
      maxSkew: 1,
      topologyKey,
      // On a laptop there is one node, and it must do.
      whenUnsatisfiable: size === "prod" ? "DoNotSchedule" : "ScheduleAnyway",
      labelSelector: { matchLabels: selectorOf(appId) },
      matchLabelKeys: ["pod-template-hash"],
    }),
  );

/** The one port of a service: its API, health and metrics. */
export const portsOf = (appId: AppId) => [
  { name: "http", containerPort: contractOf(appId).port, protocol: "TCP" },
];

/** By which a network policy lets the migrations of a service to its database. */
export const migrationLabels = (appId: AppId) => ({ "todo-evolution/migrates": appId });
