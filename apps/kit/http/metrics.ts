import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

/** The measures that every service has; times in seconds, as Prometheus asks. */
export function createMetrics(appId: string) {
  const registry = new Registry();
  registry.setDefaultLabels({ app: appId });
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
  return {
    registry,
    requests: new Histogram({
      name: "http_request_duration_seconds",
      help: "Time to answer a request, by method, route and status",
      labelNames: ["method", "route", "status"],
      buckets,
      registers,
    }),
    relayed: new Counter({
      name: "outbox_relayed_events_total",
      help: "Events handed to the sidecar, by topic and outcome (sent or refused)",
      labelNames: ["topic", "outcome"],
      registers,
    }),
    publishing: new Histogram({
      name: "outbox_publish_duration_seconds",
      help: "Time of one bulk call, by topic",
      labelNames: ["topic"],
      buckets,
      registers,
    }),
    received: new Counter({
      name: "events_received_total",
      help: "Events received, by topic and outcome",
      labelNames: ["topic", "outcome"],
      registers,
    }),
    age: new Histogram({
      name: "event_age_at_effect_seconds",
      help: "From the change to its effect in this service, by topic",
      labelNames: ["topic"],
      buckets: [...buckets, 10, 60, 600],
      registers,
    }),
    spans: new Counter({
      name: "trace_spans_total",
      help: "Spans recorded here, by outcome (sent or dropped)",
      labelNames: ["outcome"],
      registers,
    }),
    outboxDepth: new Gauge({ name: "outbox_depth", help: "Events waiting", registers }),
    outboxAge: new Gauge({
      name: "outbox_oldest_age_seconds",
      help: "Age of the oldest event waiting",
      registers,
    }),
  };
}

export type Metrics = ReturnType<typeof createMetrics>;
