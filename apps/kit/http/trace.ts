import { randomFillSync } from "node:crypto";

/** A W3C trace context: the trace that something belongs to, and the span in it. */
export type Trace = {
  readonly traceId: string;
  readonly spanId: string;
  /** Decided where the trace began, for all who take part in it. */
  readonly sampled: boolean;
};

const pattern = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$/;

/** Reads a `traceparent`; undefined when it is none. */
export function parseTraceparent(traceparent: string | undefined): Trace | undefined {
  const match = pattern.exec(traceparent ?? "");
  if (!match) return undefined;
  const [, traceId = "", spanId = "", flags = ""] = match;
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

export const traceparentOf = (trace: Trace): string =>
  `00-${trace.traceId}-${trace.spanId}-${trace.sampled ? "01" : "00"}`;

/** The context of a new span: in its parent's trace, or the first of a trace of its own. */
export function nextTrace(parent: Trace | undefined, share: number): Trace {
  if (parent) return { ...parent, spanId: randomHex(8) };
  const traceId = randomHex(16);
  return { traceId, spanId: randomHex(8), sampled: isKept(traceId, share) };
}

/**
 * Whether a trace is among the share that is kept. By the lower half of its id, as OpenTelemetry's
 * TraceIDRatioBased does in Go, so that sidecars that begin a trace decide in the same way.
 */
const isKept = (traceId: string, share: number): boolean =>
  Number.parseInt(traceId.slice(16, 29), 16) / 2 ** 52 < share;

// Asking the system for every id would cost more than all the rest of a span.
const pool = Buffer.alloc(4_096);
let used = pool.length;

function randomHex(bytes: number): string {
  if (used + bytes > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += bytes;
  return pool.toString("hex", used - bytes, used);
}
