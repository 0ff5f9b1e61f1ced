import { appIds } from "#apps/contracts/services.ts";
import { oneOf, quantile, rate, series } from "../promql.ts";
import type { Dashboard, Panel } from "./dashboard.ts";
import { rateWindow } from "./dashboard.ts";

/** What the sidecars do, and the control plane that they live on. */
export const sidecarsDashboard = (namespace: string, daprNamespace: string): Dashboard => {
  const own = { namespace, app_id: oneOf(appIds) };
  return {
    name: "sidecars",
    title: "Todo: sidecars",
    description: "Publishing, delivery and calls through Dapr; certificates.",
    rows: [
      { title: "Publishing", panels: publishing(own) },
      { title: "Delivery", panels: delivery(own) },
      { title: "Calls and state", panels: calls(own) },
      { title: "Control plane", panels: controlPlane(daprNamespace) },
    ],
  };
};

type Own = { readonly namespace: string; readonly app_id: { readonly is: string } };

const publishing = (own: Own): Panel[] => [
  {
    title: "Bulk calls per second",
    unit: "cps",
    queries: [
      {
        expr: rate("dapr_component_pubsub_egress_bulk_count", own, rateWindow, [
          "app_id",
          "topic",
          "success",
        ]),
        legend: "{{app_id}}: {{topic}} {{success}}",
      },
    ],
  },
  {
    title: "Bulk call, p95",
    unit: "ms",
    queries: [
      {
        expr: quantile(
          0.95,
          "dapr_component_pubsub_egress_bulk_latencies_bucket",
          own,
          rateWindow,
          ["app_id"],
        ),
        legend: "{{app_id}}",
      },
    ],
  },
  {
    title: "Single records per second (dead letters)",
    unit: "cps",
    queries: [
      {
        expr: rate("dapr_component_pubsub_egress_count", own, rateWindow, ["app_id", "topic"]),
        legend: "{{app_id}}: {{topic}}",
      },
    ],
  },
];

const delivery = (own: Own): Panel[] => [
  {
    title: "Deliveries per second, by what the app said",
    unit: "cps",
    queries: [
      {
        expr: rate("dapr_component_pubsub_ingress_count", own, rateWindow, [
          "app_id",
          "topic",
          "process_status",
        ]),
        legend: "{{app_id}}: {{topic}} {{process_status}}",
      },
    ],
  },
  {
    title: "Time in the app, p95",
    unit: "ms",
    queries: [
      {
        expr: quantile(0.95, "dapr_component_pubsub_ingress_latencies_bucket", own, rateWindow, [
          "app_id",
        ]),
        legend: "{{app_id}}",
      },
    ],
  },
];

const calls = (own: Own): Panel[] => [
  {
    title: "Calls to the sidecar, by status",
    unit: "reqps",
    queries: [
      {
        expr: rate("dapr_http_server_request_count", own, rateWindow, ["app_id", "status"]),
        legend: "{{app_id}} {{status}}",
      },
    ],
  },
  {
    title: "Calls to the sidecar, p95",
    unit: "ms",
    queries: [
      {
        expr: quantile(0.95, "dapr_http_server_latency_bucket", own, rateWindow, ["app_id"]),
        legend: "{{app_id}}",
      },
    ],
  },
  {
    title: "Calls to other services",
    unit: "reqps",
    queries: [
      {
        expr: rate("dapr_runtime_service_invocation_req_sent_total", own, rateWindow, [
          "app_id",
          "dst_app_id",
        ]),
        legend: "{{app_id}} → {{dst_app_id}}",
      },
    ],
  },
  {
    title: "State and calls refused",
    unit: "cps",
    queries: [
      {
        expr: rate("dapr_component_state_count", own, rateWindow, ["app_id", "operation"]),
        legend: "{{app_id}} {{operation}}",
      },
      {
        expr: rate("dapr_runtime_acl_app_policy_action_blocked_total", own, rateWindow, ["app_id"]),
        legend: "{{app_id}} refused",
      },
    ],
  },
];

function controlPlane(namespace: string): Panel[] {
  const own = { namespace };
  return [
    {
      title: "The issuer expires",
      unit: "dateTimeFromNow",
      asNumber: true,
      queries: [{ expr: `min(${series("dapr_sentry_issuercert_expiry_timestamp", own)}) * 1000` }],
    },
    {
      title: "Certificates signed and refused",
      unit: "cps",
      queries: [
        { expr: rate("dapr_sentry_cert_sign_success_total", own, rateWindow), legend: "signed" },
        { expr: rate("dapr_sentry_cert_sign_failure_total", own, rateWindow), legend: "refused" },
      ],
    },
    {
      title: "Sidecars injected and failed",
      unit: "cps",
      queries: [
        {
          expr: rate("dapr_injector_sidecar_injection_succeeded_total", own, rateWindow),
          legend: "injected",
        },
        {
          expr: rate("dapr_injector_sidecar_injection_failed_total", own, rateWindow),
          legend: "failed",
        },
      ],
    },
  ];
}
