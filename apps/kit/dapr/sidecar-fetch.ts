import { AwayError } from "#apps/kit/database/away.ts";
import type { CommonEnv } from "#apps/kit/http/env.ts";
import { traceparentOf } from "#apps/kit/http/trace.ts";
import { traced } from "#apps/kit/tracing/scope.ts";

/** What a service is told of its sidecar. */
export type SidecarEnv = Pick<CommonEnv, "DAPR_HOST" | "DAPR_HTTP_PORT" | "DAPR_API_TOKEN">;

/** The address of a service's sidecar, as `http://127.0.0.1:3500`. */
export const sidecarUrlOf = (env: Pick<SidecarEnv, "DAPR_HOST" | "DAPR_HTTP_PORT">): string =>
  `http://${env.DAPR_HOST}:${env.DAPR_HTTP_PORT}`;

export type SidecarRequest = {
  readonly method: "GET" | "POST" | "DELETE";
  readonly path: string;
  readonly body?: object | undefined;
  readonly timeoutMs: number;
  /** Names the span of the call; the building block alone, unless said. */
  readonly span?: string;
  /** What the call is for, where the running code belongs to no trace. */
  readonly traceparent?: string | undefined;
};

export type SidecarResponse = {
  readonly ok: boolean;
  readonly status: number;
  readonly text: string;
};

/**
 * Calls the service's own sidecar where Dapr's client has no call for it, or would take more of
 * start and memory than the service itself. Rejects with AwayError when there is no answer within
 * the time.
 */
export async function sidecarFetch(
  env: SidecarEnv,
  { method, path, body, timeoutMs, span, traceparent }: SidecarRequest,
): Promise<SidecarResponse> {
  return traced(`${method} ${span ?? blockOf(path)}`, "CLIENT", async (trace) => {
    const parent = trace ? traceparentOf(trace) : traceparent;
    try {
      const response = await fetch(`${sidecarUrlOf(env)}${path}`, {
        method,
        headers: {
          "content-type": "application/json",
          "dapr-api-token": env.DAPR_API_TOKEN,
          ...(parent && { traceparent: parent }),
        },
        ...(body && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(timeoutMs),
      });
      return { ok: response.ok, status: response.status, text: await response.text() };
    } catch (error) {
      throw new AwayError(`the sidecar did not answer: ${(error as Error).message}`);
    }
  });
}

/** The building block that a path is of; what follows may be a key or the name of a job. */
const blockOf = (path: string): string => path.split("/").slice(0, 3).join("/");

/** An answer that stays the same however often one asks: the request itself is wrong. */
export class RefusedError extends Error {
  override readonly name = "RefusedError";
  readonly status: number;

  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}

const mostText = 500;

/** What an answer that is not `ok` means: AwayError when waiting may help, else RefusedError. */
export function failureOf(who: string, { status, text }: SidecarResponse): Error {
  const said = `${who} answered ${status}: ${text.slice(0, mostText)}`;
  return isPassing(status) ? new AwayError(said) : new RefusedError(said, status);
}

/** Timed out, too many requests, and all that is the fault of who answers. */
const isPassing = (status: number): boolean => status >= 500 || status === 408 || status === 429;
