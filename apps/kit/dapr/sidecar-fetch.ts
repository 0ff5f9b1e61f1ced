import { AwayError } from "#apps/kit/database/away.ts";
import type { CommonEnv } from "#apps/kit/http/env.ts";
import { traceparentOf } from "#apps/kit/http/trace.ts";
import { traced } from "#apps/kit/tracing/scope.ts";

export type SidecarRequest = {
  readonly method: "GET" | "POST" | "DELETE";
  readonly path: string;
  readonly body?: object | undefined;
  readonly timeoutMs: number;
};

export type SidecarResponse = {
  readonly ok: boolean;
  readonly status: number;
  /** The start of the body, enough for a log. */
  readonly text: string;
};

const mostText = 500;

/**
 * Calls the service's own sidecar where Dapr's client has no call for it. Rejects with AwayError
 * when there is no answer within the time.
 */
export async function sidecarFetch(
  env: Pick<CommonEnv, "DAPR_HOST" | "DAPR_HTTP_PORT" | "DAPR_API_TOKEN">,
  { method, path, body, timeoutMs }: SidecarRequest,
): Promise<SidecarResponse> {
  return traced(`${method} ${blockOf(path)}`, "CLIENT", async (trace) => {
    try {
      const response = await fetch(`http://${env.DAPR_HOST}:${env.DAPR_HTTP_PORT}${path}`, {
        method,
        headers: {
          "content-type": "application/json",
          "dapr-api-token": env.DAPR_API_TOKEN,
          ...(trace && { traceparent: traceparentOf(trace) }),
        },
        ...(body && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(timeoutMs),
      });
      const text = (await response.text()).slice(0, mostText);
      return { ok: response.ok, status: response.status, text };
    } catch (error) {
      throw new AwayError(`the sidecar did not answer: ${(error as Error).message}`);
    }
  });
}

/** The building block that a path is of; what follows may be a key or the name of a job. */
const blockOf = (path: string): string => path.split("/").slice(0, 3).join("/");

/** Whether a status says that the request itself is wrong, so that asking again is no use. */
export const isRefusal = (status: number): boolean => status >= 400 && status < 500;
