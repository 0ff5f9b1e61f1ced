import type { AlertName } from "../alerts/alert.ts";
import type { MetricName } from "../metric-names.ts";
import type { Given, ScenariosOf } from "./scenario.ts";
import { always, fires, given, lately, silent } from "./scenario.ts";

const day = 86_400;

const container = { pod: "a-1", container: "a" };
const waiting = { ...container, reason: "CrashLoopBackOff" };
const crashes = "kube_pod_container_status_waiting_reason";
const restarts = "kube_pod_container_status_restarts_total";
const volume = (freeShare: number): Given[] => {
  const labels = { persistentvolumeclaim: "data-0" };
  return [
    given("kubelet_volume_stats_available_bytes", labels, always(freeShare * 100)),
    given("kubelet_volume_stats_capacity_bytes", labels, always(100)),
  ];
};
const certificate = { name: "gateway" };
const one = (name: MetricName, value: number, labels: Record<string, string> = {}): Given =>
  given(name, labels, always(value));
const redisMemory = (used: number, max: number): Given[] => [
  one("redis_memory_used_bytes", used),
  one("redis_memory_max_bytes", max),
];
const backups = (failed: number, available: number): Given[] => [
  one("cnpg_collector_last_failed_backup_timestamp", failed),
  one("cnpg_collector_last_available_backup_timestamp", available),
];

/** When the alerts about the cluster and the data services fire, and when they do not. */
export const platformScenarios = {
  PodCrashLooping: () => [
    fires("it waits, and runs in between", given(crashes, waiting, "1 0 0 _x0 1 0 0 0 1x122")),
    fires(
      "it started 6 times in 15 minutes",
      given(restarts, container, "0x104 1 1 2 2 3 3 4 4 5 5 6x6"),
    ),
    silent("it started once", given(restarts, container, lately(1, 0))),
    silent(
      "it waits for its image",
      given(crashes, { ...container, reason: "ContainerCreating" }, always(1)),
    ),
  ],
  PodNotStarting: () => [
    fires("pending", one("kube_pod_status_phase", 1, { pod: "a-1", phase: "Pending" })),
    silent("running", one("kube_pod_status_phase", 1, { pod: "a-1", phase: "Running" })),
    silent(
      "pending for a moment",
      given("kube_pod_status_phase", { pod: "a-1", phase: "Pending" }, "0x115 1x14"),
    ),
  ],
  VolumeNearlyFull: () => [
    fires("14 % free", ...volume(0.14)),
    silent("20 % free", ...volume(0.2)),
  ],
  VolumeFull: () => [fires("4 % free", ...volume(0.04)), silent("14 % free", ...volume(0.14))],
  CertificateExpiring: () => [
    fires(
      "in 13 days",
      one("certmanager_certificate_expiration_timestamp_seconds", 13 * day, certificate),
    ),
    silent(
      "in 29 days",
      one("certmanager_certificate_expiration_timestamp_seconds", 29 * day, certificate),
    ),
  ],
  CertificateNotReady: () => [
    fires(
      "refused",
      one("certmanager_certificate_ready_status", 1, { ...certificate, condition: "False" }),
    ),
    silent(
      "valid",
      one("certmanager_certificate_ready_status", 1, { ...certificate, condition: "True" }),
    ),
  ],
  PartitionsUnderReplicated: () => [
    fires(
      "one",
      one("kafka_topic_partition_under_replicated_partition", 1, { topic: "any", partition: "0" }),
    ),
    silent(
      "none",
      one("kafka_topic_partition_under_replicated_partition", 0, { topic: "any", partition: "0" }),
    ),
  ],
  BrokersMissing: () => [
    fires("2 of 3", one("kafka_brokers", 2)),
    silent("3 of 3", one("kafka_brokers", 3)),
  ],
  PostgresDown: () => [
    fires(
      "one of two does not answer",
      one("cnpg_collector_up", 0, { pod: "a" }),
      one("cnpg_collector_up", 1, { pod: "b" }),
    ),
    fires("none was ever seen"),
    silent(
      "both answer",
      one("cnpg_collector_up", 1, { pod: "a" }),
      one("cnpg_collector_up", 1, { pod: "b" }),
    ),
  ],
  PostgresReplicaBehind: () => [
    fires("31 s", one("cnpg_pg_replication_lag", 31, { pod: "b" })),
    silent("1 s", one("cnpg_pg_replication_lag", 1, { pod: "b" })),
  ],
  PostgresArchiveBehind: () => [
    fires("11 wait", one("cnpg_collector_pg_wal_archive_status", 11, { pod: "a", value: "ready" })),
    silent("2 wait", one("cnpg_collector_pg_wal_archive_status", 2, { pod: "a", value: "ready" })),
    silent(
      "many are done",
      one("cnpg_collector_pg_wal_archive_status", 900, { pod: "a", value: "done" }),
    ),
  ],
  PostgresBackupFailed: () => [
    fires("the last one failed", ...backups(2_000, 1_000)),
    silent("one came after it", ...backups(1_000, 2_000)),
    silent("none ever failed", ...backups(0, 2_000)),
  ],
  RedisDown: () => [
    fires("it does not answer", one("redis_up", 0)),
    fires("it was never seen"),
    silent("it answers", one("redis_up", 1)),
  ],
  RedisMemoryNearlyFull: () => [
    fires("95 of 100", ...redisMemory(95, 100)),
    silent("80 of 100", ...redisMemory(80, 100)),
    silent("there is no limit", ...redisMemory(95, 0)),
  ],
} as const satisfies Partial<Record<AlertName, ScenariosOf>>;
