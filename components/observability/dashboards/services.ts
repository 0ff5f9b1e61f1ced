import type { AppId } from "#apps/contracts/services.ts";
import { appIds, contractOf, subscriptionsOf } from "#apps/contracts/services.ts";
import { mostErrors, realRoutes } from "../alerts/services.ts";
import { quantile, rate, series } from "../promql.ts";
import type { Dashboard, Panel, Row } from "./dashboard.ts";
import { rateWindow } from "./dashboard.ts";

/** A row for each service: what it answers, publishes, consumes and takes. */
export const servicesDashboard = (namespace: string): Dashboard => ({
  name: "services",
  title: "Todo: services",
  description:
    "Every service by itself. What a service does not do, by its contract, is not shown.",
  rows: appIds.map((app) => rowOf(app, namespace)),
});

function rowOf(app: AppId, namespace: string): Row {
  const contract = contractOf(app);
  const own = { namespace, app };
  return {
    title: app,
    panels: [
      ...requestPanels(own),
      ...(contract.publishes.length > 0 ? publishPanels(own) : []),
      ...(subscriptionsOf(contract).length > 0 ? consumePanels(own) : []),
      ...processPanels(own),
    ],
  };
}

type Own = { readonly namespace: string; readonly app: AppId };
const count = "http_request_duration_seconds_count";

function requestPanels(own: Own): Panel[] {
  const all = { ...own, route: realRoutes };
  const failed = rate(count, { ...all, status: { is: "5.." } }, rateWindow);
  return [
    {
      title: "Requests, by route",
      unit: "reqps",
      queries: [
        {
          expr: rate(count, all, rateWindow, ["method", "route"]),
          legend: "{{method}} {{route}}",
        },
      ],
    },
    {
      title: "Time to answer",
      unit: "s",
      queries: [0.5, 0.95, 0.99].map((share) => ({
        expr: quantile(share, "http_request_duration_seconds_bucket", all, rateWindow),
        legend: `p${share * 100}`,
      })),
    },
    {
      title: "Requests that fail",
      unit: "percentunit",
      redFrom: mostErrors,
      queries: [{ expr: `(${failed} or vector(0)) / ${rate(count, all, rateWindow)}` }],
    },
  ];
}

const publishPanels = (own: Own): Panel[] => [
  {
    title: "Outbox: sent and refused",
    unit: "cps",
    queries: [
      {
        expr: rate("outbox_relayed_events_total", own, rateWindow, ["topic", "outcome"]),
        legend: "{{topic}} {{outcome}}",
      },
    ],
  },
  {
    title: "Outbox: time of a bulk call, p95",
    unit: "s",
    queries: [
      {
        expr: quantile(0.95, "outbox_publish_duration_seconds_bucket", own, rateWindow, ["topic"]),
        legend: "{{topic}}",
      },
    ],
  },
  {
    title: "Outbox: what waits",
    unit: "short",
    queries: [
      { expr: `max(${series("outbox_depth", own)})`, legend: "events" },
      { expr: `max(${series("outbox_oldest_age_seconds", own)})`, legend: "seconds" },
    ],
  },
];

const consumePanels = (own: Own): Panel[] => [
  {
    title: "Events, by what became of them",
    unit: "cps",
    queries: [
      {
        expr: rate("events_received_total", own, rateWindow, ["topic", "outcome"]),
        legend: "{{topic}} {{outcome}}",
      },
    ],
  },
  {
    title: "From change to effect",
    unit: "s",
    redFrom: 1,
    queries: [0.5, 0.95, 0.99].map((share) => ({
      expr: quantile(share, "event_age_at_effect_seconds_bucket", own, rateWindow),
      legend: `p${share * 100}`,
    })),
  },
];

const processPanels = (own: Own): Panel[] => [
  {
    title: "Processor time",
    unit: "short",
    queries: [
      { expr: rate("process_cpu_seconds_total", own, rateWindow, ["pod"]), legend: "{{pod}}" },
    ],
  },
  {
    title: "Memory",
    unit: "bytes",
    queries: [
      {
        expr: `sum by (pod) (${series("process_resident_memory_bytes", own)})`,
        legend: "{{pod}}",
      },
    ],
  },
  {
    title: "Event loop lag, p99",
    unit: "s",
    queries: [
      {
        expr: `max by (pod) (${series("nodejs_eventloop_lag_p99_seconds", own)})`,
        legend: "{{pod}}",
      },
    ],
  },
];
