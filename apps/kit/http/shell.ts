import { Hono, type HonoRequest, type MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { routePath } from "hono/route";
import type { Logger } from "pino";
import { uuidv7 } from "uuidv7";
import { eventRoute } from "#apps/contracts/dapr.ts";
import { inSpan } from "#apps/kit/tracing/scope.ts";
import type { Tracer } from "#apps/kit/tracing/tracer.ts";
import type { Metrics } from "./metrics.ts";
import { Problem, respondWithProblem } from "./problem.ts";
import { traceparentOf } from "./trace.ts";
import { unserved } from "./unserved.ts";
import type { ShellVariables } from "./variables.ts";

export type ShellDeps = {
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly tracer: Tracer;
  /** Rejects when the service cannot serve. */
  readonly ready: () => Promise<void>;
  /** What is away that the service does without, for those who look; never a reason to fail. */
  readonly degraded: () => Promise<readonly string[]>;
  /** Whether the service is shutting down. */
  readonly draining: () => boolean;
};

// Asked every few seconds by those who watch over a service; nobody asks for their traces.
const untraced = new Set(["/healthz", "/readyz", "/metrics"]);
/** A batch of events is of no trace: each event of it has its own. */
const isUntraced = (path: string, traceparent: string | undefined): boolean =>
  untraced.has(path) || (traceparent === undefined && path.startsWith(eventRoute("")));

const largestDiscardedBytes = 32 * 1024 * 1024;
const largestBodyBytes = 1024 * 1024;
// A record of the largest size in base64, inside the sidecar's envelope: refused, it would come
// again for ever.
const largestDeliveryBytes = 4 * 1024 * 1024;

/** What every service answers and does around its routes: ids, log, measures, errors, health. */
export function createShell(deps: ShellDeps): Hono<{ Variables: ShellVariables }> {
  const app = new Hono<{ Variables: ShellVariables }>();

  app.use(async (context, next) => {
    const requestId = uuidv7();
    const { method, path } = context.req;
    const traceparent = context.req.header("traceparent");
    const span = deps.tracer.start(method, "SERVER", traceparent);
    const { trace } = span;
    context.set("requestId", requestId);
    context.set("trace", trace);
    context.set("log", deps.log.child({ request: requestId, trace: trace.traceId }));
    context.header("X-Request-Id", requestId);
    context.header("traceparent", traceparentOf(trace));
    const startedAt = performance.now();
    const isTraced = !isUntraced(path, traceparent);
    await (isTraced ? inSpan(deps.tracer, span, next) : next());
    const seconds = (performance.now() - startedAt) / 1_000;
    const route = routePath(context, -1);
    const labels = { method, route, status: String(context.res.status) };
    deps.metrics.requests.observe(labels, seconds);
    if (isTraced) {
      span.end({
        name: `${method} ${route}`,
        tags: {
          "http.method": method,
          "http.route": route,
          "http.status_code": labels.status,
          "request.id": requestId,
        },
        error: context.res.status >= 500 ? labels.status : undefined,
      });
    }
    context.var.log.debug({ ...labels, seconds }, "answered");
  });

  const bounded = (maxSize: number): MiddlewareHandler => {
    const counted = bodyLimit({
      maxSize,
      onError: async (context) => {
        await discard(context.req.raw);
        throw new Problem(413, "Too large", `the body may have ${maxSize} bytes at most`);
      },
    });
    // To look at a body makes a stream of it, which costs more than all else here; Node lets no
    // more through than a request says it has.
    return (context, next) =>
      isKnownToFit(context.req, maxSize) ? next() : counted(context, next);
  };
  const ofPeople = bounded(largestBodyBytes);
  const ofSidecar = bounded(largestDeliveryBytes);
  app.use((context, next) => {
    const internal = context.req.path.startsWith("/internal/");
    return internal ? ofSidecar(context, next) : ofPeople(context, next);
  });

  app.onError(respondWithProblem);
  app.notFound(unserved(app));

  app.get("/healthz", (context) => context.json({ status: "ok" }));
  app.get("/readyz", async (context) => {
    if (deps.draining()) return context.json({ status: "draining" }, 503);
    try {
      await deps.ready();
      return context.json({ status: "ok", degraded: await deps.degraded() });
    } catch (error) {
      return context.json({ status: "not ready", reason: (error as Error).message }, 503);
    }
  });
  app.get("/metrics", async (context) =>
    context.body(await deps.metrics.registry.metrics(), 200, {
      "Content-Type": deps.metrics.registry.contentType,
    }),
  );
  return app;
}

/** By its headers alone. */
function isKnownToFit(request: HonoRequest, maxSize: number): boolean {
  const length = request.header("content-length");
  if (request.header("transfer-encoding") !== undefined) return false;
  if (length !== undefined) return Number(length) <= maxSize;
  return request.method === "GET" || request.method === "HEAD";
}

/**
 * Reads what is left of a body that is refused: a connection that is closed with unread bytes is
 * reset, and the answer may be lost with it. What is far too large is not worth the wait.
 */
async function discard({ body }: Request): Promise<void> {
  if (!body || body.locked) return;
  let bytes = 0;
  for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > largestDiscardedBytes) return;
  }
}
