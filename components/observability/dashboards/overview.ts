import { appIds, contractOf, deadLettersOf } from "#apps/contracts/services.ts";
import { mostLag, publishedTopics } from "../alerts/events.ts";
import { mostErrors, realRoutes, slowestApiSeconds } from "../alerts/services.ts";
import { oneOf, quantile, rate, series } from "../promql.ts";
import type { Dashboard, Panel } from "./dashboard.ts";
import { rateWindow } from "./dashboard.ts";

const offset = "kafka_topic_partition_current_offset";

/** Whether all is well, on one page. */
export const overview = (namespace: string): Dashboard => ({
  name: "overview",
  title: "Todo: the system",
  description: "What people do, how fast it is answered, and whether every change arrives.",
  rows: [
    { title: "Requests", panels: requestPanels(namespace) },
    { title: "Events", panels: eventPanels(namespace) },
    { title: "What waits", panels: waitingPanels(namespace) },
  ],
});

function requestPanels(namespace: string): Panel[] {
  const app = oneOf(appIds.filter((appId) => contractOf(appId).publicPaths.length > 0));
  const all = { namespace, app, route: { not: `${realRoutes.not}|/internal/.*` } };
  const count = "http_request_duration_seconds_count";
  const creates = rate(count, { ...all, method: "POST", status: "201" }, rateWindow);
  const slowest = quantile(0.95, "http_request_duration_seconds_bucket", all, rateWindow, ["app"]);
  const failed = rate(count, { ...all, status: { is: "5.." } }, rateWindow);
  const errors = `(${failed} or vector(0)) / ${rate(count, all, rateWindow)}`;
  return [
    { title: "Creates per second", unit: "reqps", asNumber: true, queries: [{ expr: creates }] },
    {
      title: "API p95",
      unit: "s",
      asNumber: true,
      redFrom: slowestApiSeconds,
      queries: [{ expr: `max(${slowest})` }],
    },
    {
      title: "Requests that fail",
      unit: "percentunit",
      asNumber: true,
      redFrom: mostErrors,
      queries: [{ expr: errors }],
    },
    {
      title: "Requests per second, by status",
      unit: "reqps",
      queries: [{ expr: rate(count, all, rateWindow, ["status"]), legend: "{{status}}" }],
    },
    {
      title: "API p95, by service",
      unit: "s",
      redFrom: slowestApiSeconds,
      queries: [{ expr: slowest, legend: "{{app}}" }],
    },
  ];
}

const eventPanels = (namespace: string): Panel[] => [
  {
    title: "Events per second, by topic",
    unit: "cps",
    queries: [
      {
        expr: rate(offset, { namespace, topic: oneOf(publishedTopics()) }, rateWindow, ["topic"]),
        legend: "{{topic}}",
      },
    ],
  },
  {
    title: "Effects per second, by service and topic",
    unit: "cps",
    queries: [
      {
        expr: rate("events_received_total", { namespace, outcome: "applied" }, rateWindow, [
          "app",
          "topic",
        ]),
        legend: "{{app}}: {{topic}}",
      },
    ],
  },
  {
    title: "From change to effect, p95",
    unit: "s",
    redFrom: 1,
    queries: [
      {
        expr: quantile(0.95, "event_age_at_effect_seconds_bucket", { namespace }, rateWindow, [
          "app",
          "topic",
        ]),
        legend: "{{app}}: {{topic}}",
      },
    ],
  },
];

function waitingPanels(namespace: string): Panel[] {
  const letters = { namespace, topic: oneOf(appIds.flatMap(deadLettersOf)) };
  const kept = (name: typeof offset | "kafka_topic_partition_oldest_offset") =>
    `sum by (topic) (${series(name, letters)})`;
  return [
    {
      title: "Outbox: events",
      unit: "short",
      queries: [
        { expr: `max by (app) (${series("outbox_depth", { namespace })})`, legend: "{{app}}" },
      ],
    },
    {
      title: "Outbox: age of the oldest",
      unit: "s",
      redFrom: 30,
      queries: [
        {
          expr: `max by (app) (${series("outbox_oldest_age_seconds", { namespace })})`,
          legend: "{{app}}",
        },
      ],
    },
    {
      title: "Lag, by consumer and topic",
      unit: "short",
      redFrom: mostLag,
      queries: [{ expr: lagOf(namespace), legend: "{{consumergroup}}: {{topic}}" }],
    },
    {
      title: "Dead letters",
      unit: "short",
      redFrom: 1,
      queries: [
        {
          expr: `${kept(offset)} - ${kept("kafka_topic_partition_oldest_offset")}`,
          legend: "{{topic}}",
        },
      ],
    },
  ];
}

/** Events that wait, for each subscription of the contracts. */
export const lagOf = (namespace: string, topic?: string): string =>
  `sum by (consumergroup, topic) (clamp_min(${series("kafka_consumergroup_lag", {
    namespace,
    consumergroup: oneOf(appIds),
    ...(topic && { topic }),
  })}, 0))`;
