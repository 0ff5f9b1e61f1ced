import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { services } from "#apps/contracts/services.ts";
import { createRuntime } from "#apps/kit/runtime.ts";
import { createApp } from "./app.ts";
import { createFeed } from "./feed.ts";
import { createHub } from "./hub.ts";
import { createIdentityReader } from "./identities.ts";
import { createSyncMetrics } from "./metrics.ts";
import { createReplicas } from "./replicas.ts";
import { createSocketServer } from "./socket-server.ts";

const heartbeatMs = 10_000;
const tickMs = 1_000;

const {
  env,
  log,
  tracer,
  metrics: base,
  sidecar,
  redis,
  createApp: create,
  run,
} = createRuntime("sync", services.sync);
const metrics = createSyncMetrics(base.registry);
const feed = createFeed(sidecar);
const hub = createHub({ feed, metrics, log, tracer, pause: (ms) => sleep(ms) });
const replicas = createReplicas({
  redis,
  hub,
  readHeads: feed.heads,
  replicaId: randomUUID(),
  onDeaf: (deaf) => metrics.deaf.set(deaf ? 1 : 0),
});
setInterval(hub.beat, heartbeatMs).unref();
setInterval(() => void replicas.tick(), tickMs).unref();

const identities = createIdentityReader(sidecar);
run(createApp({ createApp: create, env, identities, hub, replicas }), {
  drain: hub.drain,
  close: async () => {},
  webSockets: createSocketServer(),
});
