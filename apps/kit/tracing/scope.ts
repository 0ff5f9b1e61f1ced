import { AsyncLocalStorage } from "node:async_hooks";
import type { Trace } from "#apps/kit/http/trace.ts";
import type { Span, SpanKind, Tags, Tracer } from "./tracer.ts";

type Scope = { readonly tracer: Tracer; readonly trace: Trace };

const scopes = new AsyncLocalStorage<Scope>();

/** Runs work as part of a span, so that what it calls finds the span by itself. */
export const inSpan = <T>(tracer: Tracer, span: Span, work: () => T): T =>
  scopes.run({ tracer, trace: span.trace }, work);

/** Runs work that serves several traces at once, and so is of none. */
export const outsideOfTraces = <T>(work: () => T): T => scopes.exit(work);

/** The trace that the running code belongs to, if it belongs to any. */
export const currentTrace = (): Trace | undefined => scopes.getStore()?.trace;

/**
 * Runs work in a span below the current one, and gives it the context to hand on. Outside of any
 * trace, or in one that is not sampled, it just runs. A failure is told by the name of its error
 * only: messages may hold what users wrote.
 */
export async function traced<T>(
  name: string,
  kind: SpanKind,
  work: (trace: Trace | undefined) => Promise<T>,
  tags?: Tags,
): Promise<T> {
  const scope = scopes.getStore();
  if (!scope?.trace.sampled) return work(scope?.trace);
  const span = scope.tracer.start(name, kind, scope.trace);
  try {
    const result = await inSpan(scope.tracer, span, () => work(span.trace));
    span.end({ ...(tags && { tags }) });
    return result;
  } catch (error) {
    span.end({ ...(tags && { tags }), error: error instanceof Error ? error.name : "failed" });
    throw error;
  }
}
