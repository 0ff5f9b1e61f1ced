import type { StackSize } from "#apps/contracts/topics.ts";

/** `critical` wakes a person, `warning` waits for the morning. */
export type Severity = "critical" | "warning";

export type AlertName =
  // events
  | "ConsumerLag"
  | "ConsumerStuck"
  | "ConsumerAbsent"
  | "MessageRateLow"
  | "PartitionSkew"
  | "DeadLetters"
  | "DeadLettersGrowing"
  | "OutboxAge"
  | "OutboxStuck"
  | "PublishingRefused"
  | "EventsLate"
  | "EventsWaiting"
  // services
  | "ErrorRate"
  | "ApiSlow"
  | "ServiceAbsent"
  | "TargetDown"
  | "ScaledToLimit"
  // dapr
  | "SidecarMissing"
  | "SidecarComponentFailed"
  | "SidecarInjectionFailing"
  | "CertificateRotationFailing"
  | "CertificateSigningFailing"
  | "DaprIssuerExpiring"
  | "ControlPlaneDown"
  | "CallsRefused"
  // cluster
  | "PodCrashLooping"
  | "PodNotStarting"
  | "VolumeNearlyFull"
  | "VolumeFull"
  | "CertificateExpiring"
  | "CertificateNotReady"
  // data
  | "PartitionsUnderReplicated"
  | "BrokersMissing"
  | "PostgresDown"
  | "PostgresReplicaBehind"
  | "PostgresArchiveBehind"
  | "PostgresBackupFailed"
  | "RedisDown"
  | "RedisMemoryNearlyFull";

/** What an alert is about, when the contracts name it: labels of the rule. */
export type Subject = {
  readonly app?: string;
  readonly topic?: string;
  readonly consumer?: string;
  /** A part of Dapr's control plane. */
  readonly part?: string;
};

export type Alert = {
  readonly name: AlertName;
  readonly subject: Subject;
  readonly severity: Severity;
  readonly expr: string;
  /** How long it must be so before anyone is told. */
  readonly forMinutes: number;
  readonly summary: string;
  /** With the numbers, in Prometheus's templates. */
  readonly description: string;
};

/** Which parts there are to be watched; an alert about what is not there would be silent for ever. */
export type AlertsArgs = {
  /** The namespace of the services. */
  readonly namespace: string;
  readonly size: StackSize;
  readonly daprNamespace: string;
  /** Brokers that there should be; `undefined` where their number is a provider's affair. */
  readonly brokers: number | undefined;
  /** Whether certificates are made by cert-manager. */
  readonly certManager: boolean;
  /** Whether PostgreSQL is run by CloudNativePG, and kept safe by backups. */
  readonly postgres: "with-backups" | "without-backups" | false;
  /** Whether Redis is measured. */
  readonly redis: boolean;
};

/** The heading in runbooks.md, as a link to it ends: `ConsumerLag` is `consumer-lag`. */
export const runbookAnchor = (name: AlertName): string =>
  name.replace(/(?<=.)[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
