import { setTimeout as sleep } from "node:timers/promises";

/** How long to wait for a server, and what ends the wait before. */
export type Patience = {
  readonly signal: AbortSignal;
  /** By default 30 s. */
  readonly timeoutMs?: number;
};

/**
 * Repeats the work while its error is transient and there is patience. Throws an error that names
 * the server (`what`, with host and port) and why it cannot be used.
 */
export async function retryConnection<Result>(
  what: string,
  { signal, timeoutMs = 30_000 }: Patience,
  isTransient: (error: unknown) => boolean,
  work: () => PromiseLike<Result>,
): Promise<Result> {
  const until = performance.now() + timeoutMs;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const message = reasonOf(error);
      if (!isTransient(error)) throw new Error(`${what}: ${message}`, { cause: error });
      if (signal.aborted) throw new Error("Interrupted.", { cause: error });
      if (performance.now() > until) {
        const seconds = timeoutMs / 1000;
        throw new Error(`${what} could not be reached for ${seconds} s: ${message}`, {
          cause: error,
        });
      }
      await sleep(200);
    }
  }
}

/** The innermost words of an error: libraries wrap the useful part. */
export function reasonOf(error: unknown): string {
  const messages: string[] = [];
  const collect = (item: unknown): void => {
    if (!(item instanceof Error)) return;
    // A wrapper often repeats what it wraps.
    if (!messages.some((message) => message.includes(item.message))) messages.push(item.message);
    if (item instanceof AggregateError) item.errors.forEach(collect);
    collect(item.cause);
  };
  collect(error);
  return messages.join(": ") || String(error);
}
