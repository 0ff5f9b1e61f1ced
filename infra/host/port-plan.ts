import type { AppId } from "#apps/contracts/services.ts";
import { appIds } from "#apps/contracts/services.ts";

/** What one replica of a service and its sidecar listen on. */
export type ServicePorts = Readonly<
  Record<"app" | "sidecarHttp" | "sidecarGrpc" | "sidecarInternal" | "sidecarMetrics", number>
>;

/** Every port of the local stack, all on 127.0.0.1. */
export type PortPlan = {
  /** Where requests come in. */
  readonly gateway: number;
  readonly postgres: number;
  readonly redis: number;
  readonly kafka: number;
  readonly kafkaController: number;
  readonly sentry: number;
  readonly sentryHealth: number;
  readonly sentryMetrics: number;
  readonly scheduler: number;
  readonly schedulerHealth: number;
  readonly schedulerMetrics: number;
  readonly schedulerEtcdClient: number;
  readonly schedulerEtcdPeer: number;
  readonly mail: number;
  readonly mailPage: number;
  readonly zipkin: number;
  /** The page of operators. */
  readonly operatorPage: number;
  /** By service, those of as many replicas as it may have. */
  readonly services: Readonly<Record<AppId, readonly ServicePorts[]>>;
};

/** How many ports from portBase on the stack may use; two stacks lie at least this far apart. */
export const portSpan = 300;

/** Where the ports begin unless the configuration says otherwise. */
export const usualPortBase = 18_000;

// Ports from here on are handed out by the system to outgoing connections.
const firstEphemeralPort = 32_768;
export const highestPortBase = firstEphemeralPort - portSpan;

/** How often a service may run on the local stack. */
export const mostReplicas = 3;

const firstServiceOffset = 100;
const portsPerService = 20;
const portsPerReplica = 6;

/** Lays all ports of a stack out from one number, so that one setting moves them all. */
export function planPorts(portBase: number): PortPlan {
  const service = (index: number): ServicePorts[] => {
    const first = portBase + firstServiceOffset + index * portsPerService;
    return Array.from({ length: mostReplicas }, (_, replica) =>
      replicaPorts(first + replica * portsPerReplica),
    );
  };
  return {
    gateway: portBase,
    postgres: portBase + 10,
    redis: portBase + 11,
    kafka: portBase + 12,
    kafkaController: portBase + 13,
    sentry: portBase + 14,
    sentryHealth: portBase + 15,
    sentryMetrics: portBase + 16,
    scheduler: portBase + 17,
    schedulerHealth: portBase + 18,
    schedulerMetrics: portBase + 19,
    schedulerEtcdClient: portBase + 20,
    schedulerEtcdPeer: portBase + 21,
    mail: portBase + 22,
    mailPage: portBase + 23,
    zipkin: portBase + 24,
    operatorPage: portBase + 25,
    services: Object.fromEntries(appIds.map((appId, index) => [appId, service(index)])) as Record<
      AppId,
      ServicePorts[]
    >,
  };
}

/** `sync`, `sync-2`, `sync-3`: what the process, log and record of a replica are called. */
export const replicaName = (appId: string, index: number): string =>
  index === 0 ? appId : `${appId}-${index + 1}`;

const replicaPorts = (first: number): ServicePorts => ({
  app: first,
  sidecarHttp: first + 1,
  sidecarGrpc: first + 2,
  sidecarInternal: first + 3,
  sidecarMetrics: first + 4,
});
