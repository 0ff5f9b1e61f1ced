import type { Hono } from "hono";
import type { Logger } from "pino";
import type { AppId, ServiceContract } from "#apps/contracts/services.ts";
import { createBindings, type SendByBinding } from "./dapr/bindings.ts";
import type { Sidecar } from "./dapr/client.ts";
import { createSidecar } from "./dapr/client.ts";
import { createJobs, type Jobs } from "./dapr/jobs.ts";
import { sidecarUrlOf } from "./dapr/sidecar-fetch.ts";
import { createStateStore, type StateStore } from "./dapr/state.ts";
import { type Connection, connect } from "./database/connect.ts";
import { claimLanes } from "./events/lanes.ts";
import type { Outbox } from "./events/outbox.ts";
import { createOutbox } from "./events/outbox.ts";
import type { Relay } from "./events/relay.ts";
import { startRelay } from "./events/relay.ts";
import type { Handlers } from "./events/subscriptions.ts";
import { createReceiver } from "./events/subscriptions.ts";
import { type CallbackArgs, createCallbackRoutes } from "./http/callback-routes.ts";
import { type DegradableParts, degradedParts, sidecarAnswers } from "./http/degraded.ts";
import { type CommonEnv, type Env, readEnv } from "./http/env.ts";
import { createEventRoutes } from "./http/event-routes.ts";
import { createLog } from "./http/log.ts";
import { createMetrics, type Metrics } from "./http/metrics.ts";
import { type ServeOptions, serve } from "./http/serve.ts";
import { createShell } from "./http/shell.ts";
import { createRedisClient, type RedisClient } from "./redis/client.ts";
import { createTracer, type Tracer } from "./tracing/tracer.ts";
import { createZipkinExporter } from "./tracing/zipkin-exporter.ts";

/** What a service is built from; all of it follows from its contract and its environment. */
export type Runtime<S extends ServiceContract> = {
  readonly env: Env<S>;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly tracer: Tracer;
  /** There for a service that has a database. */
  readonly connection: S["database"] extends true ? Connection : undefined;
  readonly outbox: Outbox<S>;
  readonly sidecar: Sidecar<S>;
  /** Hands data to an output binding that the contract declares. */
  readonly sendByBinding: SendByBinding<S>;
  readonly jobs: S["jobs"] extends true ? Jobs : undefined;
  /** There for a service that declares that it talks to Redis itself. */
  readonly redis: S["redis"] extends true ? RedisClient : undefined;
  /** Absent in a service that declares no state, or runs without a sidecar. */
  readonly state: StateStore | undefined;
  /** Absent in a service that publishes nothing, or runs without a sidecar. */
  readonly relay: Relay | undefined;
  /** Serves the app until a signal, then drains and closes what is beside it and all of the above. */
  // biome-ignore lint/suspicious/noExplicitAny: any app will do; its variables are its own
  readonly run: (app: Hono<any>, beside?: Beside) => void;
  /**
   * The app with what every service has: shell, health, and a route for each subscription, schedule
   * and job that its contract declares.
   */
  readonly createApp: (
    handlers: Handlers<S>,
    ...callbacks: CallbackArgs<S>
  ) => ReturnType<typeof createShell>;
};

/** What a service runs beside its app. */
export type Beside = {
  /** Called at the signal: what is under way may end, nothing new may begin. */
  readonly drain: () => void;
  /** Ends what is left, when the last request of the app was answered. */
  readonly close: () => Promise<void>;
  /** Takes the connections that the app upgrades. */
  readonly webSockets?: ServeOptions["webSockets"];
};

const backlogEveryMs = 5_000;
const relayConnections = 4;

/** Reads the environment of a service and makes what its contract asks for. Nothing connects yet. */
export function createRuntime<S extends ServiceContract>(appId: AppId, contract: S): Runtime<S> {
  const env = readEnv(contract);
  const databaseUrl = (env as Record<string, string>).DATABASE_URL ?? "";
  const log = createLog(appId, env.LOG_LEVEL);
  const metrics = createMetrics(appId);
  const connection = contract.database ? connect(databaseUrl) : undefined;
  const ping = async () => connection?.ping();
  const { tracer, close: closeTracer } = createServiceTracer(appId, env, metrics);
  const sidecar = createSidecar<S>(appId, env, tracer);
  const sidecarUrl = sidecarUrlOf(env);
  const redisUrl = (env as Record<string, string>).REDIS_URL ?? "";
  const redis = contract.redis ? createRedisClient({ url: redisUrl, appId, log }) : undefined;
  const stopping = new AbortController();

  const publishes = contract.publishes.length > 0 && env.DAPR_ENABLED === "true";
  const lanes = publishes ? claimLanes(databaseUrl, appId, log) : undefined;
  // Of its own: its lanes, all at once, would take every connection from the requests.
  const relayConnection = lanes && connect(databaseUrl, { maxConnections: relayConnections });
  const relay =
    lanes && relayConnection && startMeasuredRelay(relayConnection, lanes, sidecar, metrics, log);

  const parts: DegradableParts = {
    ...(redis && { redis: () => redis.available() }),
    sidecar: env.DAPR_ENABLED === "true" ? sidecarAnswers(sidecarUrl) : () => false,
  };

  return {
    env,
    log,
    metrics,
    tracer,
    connection: connection as Runtime<S>["connection"],
    outbox: createOutbox(contract),
    sidecar,
    sendByBinding: createBindings(env),
    jobs: (contract.jobs ? createJobs(env) : undefined) as Runtime<S>["jobs"],
    state:
      contract.state && env.DAPR_ENABLED === "true"
        ? createStateStore({ sidecarUrl, apiToken: env.DAPR_API_TOKEN, log })
        : undefined,
    redis: redis as Runtime<S>["redis"],
    relay,
    createApp: (handlers, ...callbacks) => {
      const app = createShell({
        log,
        metrics,
        tracer,
        ready: ping,
        degraded: () => degradedParts(parts),
        draining: () => stopping.signal.aborted,
      });
      const receive = createReceiver(contract, handlers, {
        appId,
        database: connection?.database,
        sendDeadLetter: sidecar.sendDeadLetter,
        ping,
        log,
        tracer,
        observe: (topic, outcome, event) => {
          metrics.received.inc({ topic, outcome });
          if (outcome !== "applied" || !event) return;
          metrics.age.observe({ topic }, (Date.now() - Date.parse(event.time)) / 1_000);
        },
      });
      app.route("/", createEventRoutes(contract, receive, env.APP_API_TOKEN));
      app.route("/", createCallbackRoutes(contract, callbacks, env.APP_API_TOKEN));
      return app;
    },
    run: (app, beside) =>
      serve(app, {
        host: env.HOST,
        port: env.PORT,
        log,
        webSockets: beside?.webSockets,
        onDrain: () => {
          stopping.abort();
          beside?.drain();
        },
        onClose: async () => {
          await beside?.close();
          await relay?.stop();
          await lanes?.close();
          await relayConnection?.close();
          await redis?.close();
          await connection?.close();
          await closeTracer();
        },
      }),
  };
}

function createServiceTracer(appId: AppId, env: CommonEnv, metrics: Metrics) {
  const exporter = env.ZIPKIN_ENDPOINT
    ? createZipkinExporter({
        endpoint: env.ZIPKIN_ENDPOINT,
        serviceName: appId,
        observe: (outcome, spans) => metrics.spans.inc({ outcome }, spans),
      })
    : undefined;
  return {
    tracer: createTracer({ share: env.TRACE_SAMPLING, exportSpan: exporter?.exportSpan }),
    close: async () => exporter?.close(),
  };
}

function startMeasuredRelay(
  connection: Connection,
  lanes: ReturnType<typeof claimLanes>,
  sidecar: Pick<Sidecar<ServiceContract>, "publishBulk">,
  metrics: Metrics,
  log: Logger,
): Relay {
  const relay = startRelay({
    database: connection.database,
    lanes,
    publish: sidecar.publishBulk,
    log,
    observe: (topic, sent, refused, tookMs) => {
      metrics.relayed.inc({ topic, outcome: "sent" }, sent);
      metrics.relayed.inc({ topic, outcome: "refused" }, refused);
      metrics.publishing.observe({ topic }, tookMs / 1_000);
    },
  });
  const timer = setInterval(() => {
    relay.backlog().then(
      ({ depth, oldestAgeMs }) => {
        metrics.outboxDepth.set(depth);
        metrics.outboxAge.set(oldestAgeMs / 1_000);
      },
      (error) => log.debug({ error: String(error) }, "cannot measure the outbox"),
    );
  }, backlogEveryMs);
  timer.unref();
  return relay;
}
