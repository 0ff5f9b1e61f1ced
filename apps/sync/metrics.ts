import { Counter, Gauge, Histogram, type Registry } from "prom-client";

/** What sync measures beside what every service does; times in seconds. */
export function createSyncMetrics(registry: Registry) {
  const registers = [registry];
  return {
    connections: new Gauge({
      name: "sync_connections",
      help: "Clients that are connected to this replica",
      registers,
    }),
    sent: new Counter({
      name: "sync_messages_sent_total",
      help: "Messages to clients, by type and by what brought them (event or feed)",
      labelNames: ["type", "via"],
      registers,
    }),
    closed: new Counter({
      name: "sync_connections_closed_total",
      help: "Connections that ended, by close code",
      labelNames: ["code"],
      registers,
    }),
    delay: new Histogram({
      name: "sync_push_delay_seconds",
      help: "From the change until it was sent to the clients here",
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 30],
      registers,
    }),
    deaf: new Gauge({
      name: "sync_deaf",
      help: "1 while this replica does not hear the others and looks into the feed instead",
      registers,
    }),
  };
}

export type SyncMetrics = ReturnType<typeof createSyncMetrics>;
