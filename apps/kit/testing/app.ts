import { createMetrics } from "#apps/kit/http/metrics.ts";
import { createShell } from "#apps/kit/http/shell.ts";
import { createTracer } from "#apps/kit/tracing/tracer.ts";
import { silentLog } from "./samples.ts";

/** The shell of a service as a test wants it: ready, not draining, silent. */
export const createTestShell = () =>
  createShell({
    log: silentLog,
    metrics: createMetrics("test"),
    tracer: createTracer({ share: 1 }),
    ready: async () => {},
    degraded: async () => [],
    draining: () => false,
  });
