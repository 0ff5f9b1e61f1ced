import { series } from "../promql.ts";
import type { Alert, AlertsArgs } from "./alert.ts";

/** What may go wrong with Kafka, PostgreSQL and Redis themselves. */
export const dataAlerts = (args: AlertsArgs): Alert[] => [
  ...kafkaAlerts(args),
  ...(args.postgres ? postgresAlerts(args) : []),
  ...(args.postgres === "with-backups" ? backupAlerts(args) : []),
  ...(args.redis ? redisAlerts(args) : []),
];

const kafkaAlerts = ({ namespace, brokers }: AlertsArgs): Alert[] => [
  {
    name: "PartitionsUnderReplicated",
    subject: {},
    severity: "warning",
    expr: `sum(${series("kafka_topic_partition_under_replicated_partition", { namespace })}) > 0`,
    forMinutes: 10,
    summary: "Partitions have fewer copies than they should",
    description:
      "{{ $value }} partitions have had too few copies for 10 minutes: one more broker lost may stop them.",
  },
  ...(brokers === undefined
    ? []
    : [
        {
          name: "BrokersMissing",
          subject: {},
          severity: "critical",
          expr: `max(${series("kafka_brokers", { namespace })}) < ${brokers}`,
          forMinutes: 5,
          summary: "Brokers are missing",
          description: `{{ $value }} of ${brokers} brokers are there.`,
        } as const,
      ]),
];

const postgresAlerts = ({ namespace, size }: AlertsArgs): Alert[] => [
  {
    name: "PostgresDown",
    subject: {},
    severity: "critical",
    expr: `min by (pod) (${series("cnpg_collector_up", { namespace })}) == 0 or absent(${series("cnpg_collector_up", { namespace })})`,
    forMinutes: 2,
    summary: "PostgreSQL does not answer",
    description:
      "{{ if $labels.pod }}PostgreSQL in {{ $labels.pod }}{{ else }}No PostgreSQL{{ end }} has answered for 2 minutes.",
  },
  ...(size === "prod"
    ? [
        {
          name: "PostgresReplicaBehind",
          subject: {},
          severity: "warning",
          expr: `max by (pod) (${series("cnpg_pg_replication_lag", { namespace })}) > 30`,
          forMinutes: 5,
          summary: "{{ $labels.pod }} is behind its primary",
          description:
            "{{ $labels.pod }} is {{ $value | humanizeDuration }} behind; so much could be lost with the primary.",
        } as const,
      ]
    : []),
];

const backupAlerts = ({ namespace }: AlertsArgs): Alert[] => [
  {
    name: "PostgresArchiveBehind",
    subject: {},
    severity: "critical",
    expr: `max by (pod) (${series("cnpg_collector_pg_wal_archive_status", { namespace, value: "ready" })}) > 10`,
    forMinutes: 15,
    summary: "The log of PostgreSQL is not archived",
    description:
      "{{ $value }} segments of {{ $labels.pod }} wait for the archive: a restore would lack them, and they fill the volume.",
  },
  {
    name: "PostgresBackupFailed",
    subject: {},
    severity: "critical",
    expr: `max(${series("cnpg_collector_last_failed_backup_timestamp", { namespace })}) > max(${series("cnpg_collector_last_available_backup_timestamp", { namespace })})`,
    forMinutes: 5,
    summary: "The last backup of PostgreSQL failed",
    description: "A backup failed on {{ $value | humanizeTimestamp }}, and none has come since.",
  },
];

const redisAlerts = ({ namespace }: AlertsArgs): Alert[] => [
  {
    name: "RedisDown",
    subject: {},
    severity: "warning",
    expr: `max(${series("redis_up", { namespace })}) == 0 or absent(${series("redis_up", { namespace })})`,
    forMinutes: 2,
    summary: "Redis does not answer",
    description:
      "Redis has not answered for 2 minutes; the API goes on without cache and with sessions from PostgreSQL.",
  },
  {
    name: "RedisMemoryNearlyFull",
    subject: {},
    severity: "warning",
    // No limit is told as zero.
    expr: `max(${series("redis_memory_used_bytes", { namespace })} / (${series("redis_memory_max_bytes", { namespace })} > 0)) > 0.9`,
    forMinutes: 10,
    summary: "The memory of Redis is nearly full",
    description: "{{ $value | humanizePercentage }} of the memory that Redis may use is taken.",
  },
];
