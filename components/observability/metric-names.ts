/**
 * Every series that an alert or a panel reads, by who gives it. A name that is not here does not
 * compile; those of our own services are compared with the kit by a test.
 */
export const metricNames = {
  /** apps/kit/http/metrics.ts, on the port of each service; its label `app` is the app-id. */
  kit: [
    "http_request_duration_seconds_bucket",
    "http_request_duration_seconds_count",
    "outbox_relayed_events_total",
    "outbox_publish_duration_seconds_bucket",
    "events_received_total",
    "event_age_at_effect_seconds_bucket",
    "outbox_depth",
    "outbox_oldest_age_seconds",
  ],
  /** The defaults of prom-client, on the same port. */
  node: [
    "process_cpu_seconds_total",
    "process_resident_memory_bytes",
    "nodejs_eventloop_lag_p99_seconds",
  ],
  /** dapr 1.16, pkg/diagnostics, pkg/sentry/monitoring and pkg/injector/service; label `app_id`. */
  dapr: [
    "dapr_component_pubsub_egress_count",
    "dapr_component_pubsub_egress_bulk_count",
    "dapr_component_pubsub_egress_bulk_latencies_bucket",
    "dapr_component_pubsub_ingress_count",
    "dapr_component_pubsub_ingress_latencies_bucket",
    "dapr_component_state_count",
    "dapr_http_server_request_count",
    "dapr_http_server_latency_bucket",
    "dapr_runtime_acl_app_policy_action_blocked_total",
    "dapr_runtime_component_init_fail_total",
    "dapr_runtime_mtls_workload_cert_rotated_fail_total",
    "dapr_runtime_service_invocation_req_sent_total",
    "dapr_injector_sidecar_injection_failed_total",
    "dapr_injector_sidecar_injection_succeeded_total",
    "dapr_sentry_cert_sign_failure_total",
    "dapr_sentry_cert_sign_success_total",
    "dapr_sentry_issuercert_expiry_timestamp",
  ],
  /** Kafka Exporter 1.9, which Strimzi runs too: what every engine of Kafka answers. */
  kafka: [
    "kafka_brokers",
    "kafka_consumergroup_current_offset",
    "kafka_consumergroup_lag",
    "kafka_consumergroup_members",
    "kafka_topic_partition_current_offset",
    "kafka_topic_partition_oldest_offset",
    "kafka_topic_partition_under_replicated_partition",
  ],
  /** CloudNativePG 1.27, docs/src/monitoring.md. */
  postgres: [
    "cnpg_backends_total",
    "cnpg_collector_last_available_backup_timestamp",
    "cnpg_collector_last_failed_backup_timestamp",
    "cnpg_collector_pg_wal_archive_status",
    "cnpg_collector_up",
    "cnpg_pg_database_size_bytes",
    "cnpg_pg_replication_lag",
  ],
  /** redis_exporter 1.80. */
  redis: [
    "redis_commands_processed_total",
    "redis_connected_clients",
    "redis_keyspace_hits_total",
    "redis_keyspace_misses_total",
    "redis_memory_max_bytes",
    "redis_memory_used_bytes",
    "redis_up",
  ],
  /** kube-state-metrics, the kubelet and Prometheus itself, as kube-prometheus-stack sets them up. */
  cluster: [
    "kube_horizontalpodautoscaler_spec_max_replicas",
    "kube_horizontalpodautoscaler_status_current_replicas",
    "kube_pod_container_info",
    "kube_pod_container_status_restarts_total",
    "kube_pod_container_status_waiting_reason",
    "kube_pod_init_container_info",
    "kube_pod_status_phase",
    "kubelet_volume_stats_available_bytes",
    "kubelet_volume_stats_capacity_bytes",
    "up",
  ],
  /** cert-manager 1.18; `namespace` and `name` are the certificate's. */
  certManager: [
    "certmanager_certificate_expiration_timestamp_seconds",
    "certmanager_certificate_ready_status",
  ],
} as const;

export type MetricName = (typeof metricNames)[keyof typeof metricNames][number];
