import type { Trace } from "#apps/kit/http/trace.ts";
import { nextTrace, parseTraceparent } from "#apps/kit/http/trace.ts";

export type SpanKind = "SERVER" | "CLIENT" | "PRODUCER" | "CONSUMER";

export type Tags = Readonly<Record<string, string>>;

export type SpanEnd = {
  /** Replaces the name of the start, where only the end knows it. */
  readonly name?: string;
  readonly tags?: Tags;
  /** What failed, never what a user wrote. */
  readonly error?: string | undefined;
};

/** A piece of work in a trace. */
export type Span = {
  readonly trace: Trace;
  readonly end: (end?: SpanEnd) => void;
};

export type Tracer = {
  /** Begins a span below its parent, a context or a `traceparent`, or a trace where there is none. */
  readonly start: (name: string, kind: SpanKind, parent?: Trace | string) => Span;
};

/** A span as Zipkin's API v2 has it; times in microseconds. */
export type ZipkinSpan = {
  readonly traceId: string;
  readonly id: string;
  readonly parentId?: string;
  readonly kind: SpanKind;
  readonly name: string;
  readonly timestamp: number;
  readonly duration: number;
  readonly tags: Tags;
};

export type ExportSpan = (span: ZipkinSpan) => void;

export type TracerOptions = {
  /** Share of the traces begun here that are kept, 0 to 1; a parent's decision stands. */
  readonly share: number;
  /** Takes every span of a sampled trace that ends; without it none is recorded. */
  readonly exportSpan?: ExportSpan | undefined;
};

/** Makes spans. One that is not sampled only hands its context on and costs next to nothing. */
export function createTracer({ share, exportSpan }: TracerOptions): Tracer {
  return {
    start: (name, kind, parent) => {
      const from = typeof parent === "string" ? parseTraceparent(parent) : parent;
      const trace = nextTrace(from, share);
      if (!trace.sampled || !exportSpan) return { trace, end: () => {} };
      const startedAt = nowUs();
      return {
        trace,
        end: ({ name: lastName = name, tags = {}, error } = {}) =>
          exportSpan({
            traceId: trace.traceId,
            id: trace.spanId,
            ...(from && { parentId: from.spanId }),
            kind,
            name: lastName,
            timestamp: Math.round(startedAt),
            duration: Math.max(1, Math.round(nowUs() - startedAt)),
            tags: error === undefined ? tags : { ...tags, error },
          }),
      };
    },
  };
}

const nowUs = (): number => (performance.timeOrigin + performance.now()) * 1_000;
