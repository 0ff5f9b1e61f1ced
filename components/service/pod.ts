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

/** What a pod may take. No limit of processor time: it would only delay what could run. */
export const podResources: Record<StackSize, Resources> = {
  dev: {
    app: { requests: { cpu: "50m", memory: "160Mi" }, limits: { memory: "512Mi" } },
    sidecar: { cpuRequest: "50m", memoryRequest: "96Mi", memoryLimit: "384Mi" },
  },
  prod: {
    app: { requests: { cpu: "250m", memory: "256Mi" }, limits: { memory: "768Mi" } },
    sidecar: { cpuRequest: "150m", memoryRequest: "128Mi", memoryLimit: "512Mi" },
  },
};

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
