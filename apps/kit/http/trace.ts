import { randomBytes } from "node:crypto";

/** A W3C trace context: what one request belongs to. */
export type Trace = {
  readonly traceId: string;
  readonly spanId: string;
  readonly sampled: boolean;
};

const pattern = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$/;

/** Goes on with the caller's trace in a span of our own, or begins one when there is none. */
export function continueTrace(traceparent: string | undefined): Trace {
  const match = pattern.exec(traceparent ?? "");
  return {
    traceId: match?.[1] ?? randomBytes(16).toString("hex"),
    spanId: randomBytes(8).toString("hex"),
    sampled: match ? (Number.parseInt(match[3] ?? "01", 16) & 1) === 1 : true,
  };
}

export const traceparentOf = (trace: Trace): string =>
  `00-${trace.traceId}-${trace.spanId}-${trace.sampled ? "01" : "00"}`;
