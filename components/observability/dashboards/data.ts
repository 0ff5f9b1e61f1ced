import { rate, series } from "../promql.ts";
import type { Dashboard, Panel, Row } from "./dashboard.ts";
import { rateWindow } from "./dashboard.ts";

/** PostgreSQL and Redis, those of them that are measured, and the volumes below. */
export const dataDashboard = (
  namespace: string,
  has: { readonly postgres: boolean; readonly redis: boolean },
): Dashboard => ({
  name: "data",
  title: "Todo: PostgreSQL, Redis and volumes",
  description: "What keeps the data.",
  rows: [
    ...(has.postgres ? [postgresRow(namespace)] : []),
    ...(has.redis ? [redisRow(namespace)] : []),
    volumesRow(namespace),
  ],
});

const postgresRow = (namespace: string): Row => ({
  title: "PostgreSQL",
  panels: [
    lines("Connections", "short", [
      `sum by (pod, state) (${series("cnpg_backends_total", { namespace })})`,
      "{{pod}} {{state}}",
    ]),
    lines("Replicas behind", "s", [
      `max by (pod) (${series("cnpg_pg_replication_lag", { namespace })})`,
      "{{pod}}",
    ]),
    lines("Size", "bytes", [
      `max by (datname) (${series("cnpg_pg_database_size_bytes", { namespace })})`,
      "{{datname}}",
    ]),
    lines("Log segments that wait for the archive", "short", [
      `max by (pod) (${series("cnpg_collector_pg_wal_archive_status", { namespace, value: "ready" })})`,
      "{{pod}}",
    ]),
  ],
});

function redisRow(namespace: string): Row {
  const own = { namespace };
  const hits = rate("redis_keyspace_hits_total", own, rateWindow);
  const misses = rate("redis_keyspace_misses_total", own, rateWindow);
  return {
    title: "Redis",
    panels: [
      lines("Commands per second", "cps", [
        rate("redis_commands_processed_total", own, rateWindow),
        "commands",
      ]),
      lines("Connections", "short", [`sum(${series("redis_connected_clients", own)})`, "clients"]),
      lines(
        "Memory",
        "bytes",
        [`max(${series("redis_memory_used_bytes", own)})`, "used"],
        [`max(${series("redis_memory_max_bytes", own)})`, "limit"],
      ),
      lines("Keys found", "percentunit", [`${hits} / (${hits} + ${misses})`, "share"]),
    ],
  };
}

const volumesRow = (namespace: string): Row => ({
  title: "Volumes",
  panels: [
    lines("Free", "percentunit", [
      `min by (persistentvolumeclaim) (${series("kubelet_volume_stats_available_bytes", { namespace })} / ${series("kubelet_volume_stats_capacity_bytes", { namespace })})`,
      "{{persistentvolumeclaim}}",
    ]),
  ],
});

const lines = (
  title: string,
  unit: Panel["unit"],
  ...queries: readonly (readonly [expr: string, legend: string])[]
): Panel => ({ title, unit, queries: queries.map(([expr, legend]) => ({ expr, legend })) });
