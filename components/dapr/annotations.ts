import { createHash } from "node:crypto";
import { dirname } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { AppId } from "#apps/contracts/services.ts";
import { contractOf } from "#apps/contracts/services.ts";
import type { KafkaUser } from "#components/kafka/kafka.ts";
import { caCertificateFile } from "#components/postgres/postgres.ts";
import type { DaprFacts } from "./facts.ts";
import { kafkaUserEnv } from "./facts.ts";
import { sidecarManifests } from "./sidecar.ts";

export type SidecarResources = {
  readonly cpuRequest: string;
  readonly memoryRequest: string;
  readonly memoryLimit: string;
};

export type SidecarArgs = {
  readonly appId: AppId;
  readonly facts: DaprFacts;
  readonly kafkaUser: KafkaUser | undefined;
  /** Secrets with the key `token`: what the service shows to its sidecar, and the other way. */
  readonly apiTokenSecret: pulumi.Input<string>;
  readonly appTokenSecret: pulumi.Input<string>;
  readonly resources: SidecarResources;
  readonly logLevel: string;
};

/** After SIGTERM a sidecar works on for so long, so that the service can drain through it. */
export const blockShutdownSeconds = 8;
/** And then has so long to end what it is in the middle of. */
export const gracefulShutdownSeconds = 5;
/** The port of a sidecar's own metrics. */
export const sidecarMetricsPort = 9090;
/** The port by which sidecars call each other. */
export const sidecarInternalPort = 50_002;

/** The volume with the authority of PostgreSQL's certificate, and where it is mounted. */
export const postgresCa = "postgres-ca";
const postgresCaFolder = dirname(caCertificateFile);

/** The largest request between a service and its sidecar: a bulk of events, or a large record. */
const maxBodySize = "16Mi";

/** What Dapr's injector reads from a pod: all of it follows from the contract and the facts. */
export const sidecarAnnotations = (args: SidecarArgs): Record<string, pulumi.Input<string>> => ({
  "dapr.io/enabled": "true",
  "dapr.io/app-id": args.appId,
  "dapr.io/app-port": String(contractOf(args.appId).port),
  "dapr.io/config": args.appId,
  "dapr.io/api-token-secret": args.apiTokenSecret,
  "dapr.io/app-token-secret": args.appTokenSecret,
  "dapr.io/max-body-size": maxBodySize,
  "dapr.io/block-shutdown-duration": `${blockShutdownSeconds}s`,
  "dapr.io/graceful-shutdown-seconds": String(gracefulShutdownSeconds),
  "dapr.io/log-as-json": "true",
  "dapr.io/log-level": args.logLevel === "trace" ? "debug" : args.logLevel,
  "dapr.io/enable-metrics": "true",
  "dapr.io/metrics-port": String(sidecarMetricsPort),
  // Secrets are filled in by the operator: a pod needs no token of the API server.
  "dapr.io/disable-builtin-k8s-secret-store": "true",
  "dapr.io/sidecar-seccomp-profile-type": "RuntimeDefault",
  "dapr.io/sidecar-cpu-request": args.resources.cpuRequest,
  "dapr.io/sidecar-memory-request": args.resources.memoryRequest,
  "dapr.io/sidecar-memory-limit": args.resources.memoryLimit,
  ...(args.facts.mendedSidecar
    ? { "dapr.io/sidecar-image": args.facts.mendedSidecar }
    : { "dapr.io/app-max-concurrency": "1" }),
  ...(args.kafkaUser && kafkaAnnotations(args.kafkaUser)),
  ...(authorityOfState(args) && { "dapr.io/volume-mounts": `${postgresCa}:${postgresCaFolder}` }),
  // A changed component is read at the next start only, so a change has to start the pods anew.
  "todo-evolution/dapr-resources": hashOf(args.appId, args.facts),
});

/** The certificate authority that the sidecar of a service with state has to find in a file. */
export const authorityOfState = ({ appId, facts }: Pick<SidecarArgs, "appId" | "facts">) =>
  contractOf(appId).state ? facts.statePostgres?.caCertificate : undefined;

const kafkaAnnotations = ({ username, password }: KafkaUser) => ({
  "dapr.io/env": pulumi.interpolate`${kafkaUserEnv.username}=${username}`,
  "dapr.io/env-from-secret": pulumi.interpolate`${kafkaUserEnv.password}=${password.name}:${password.key}`,
});

const hashOf = (appId: AppId, facts: DaprFacts): pulumi.Output<string> =>
  pulumi
    .output(sidecarManifests(appId, facts))
    .apply((manifests) =>
      createHash("sha256").update(JSON.stringify(manifests)).digest("hex").slice(0, 16),
    );
