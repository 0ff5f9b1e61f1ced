import type { AppId, ServiceContract } from "#apps/contracts/services.ts";
import { AwayError } from "#apps/kit/database/away.ts";
import type { CommonEnv } from "#apps/kit/http/env.ts";
import { traceparentOf } from "#apps/kit/http/trace.ts";
import { traced } from "#apps/kit/tracing/scope.ts";

type Callee<S extends ServiceContract> = keyof S["invokes"] & AppId;
type PathOf<S extends ServiceContract, A extends Callee<S>> = Extract<
  S["invokes"][A][number],
  { readonly method: "POST" }
>["path"];

/**
 * Posts JSON to a route of another service that the contract declares, through the sidecars, and
 * gives the JSON of the answer. Rejects with AwayError when waiting may help, and with what the
 * callee, or the access list before it, said when it refused the call.
 */
export type Post<S extends ServiceContract> = <A extends Callee<S>>(
  appId: A,
  path: PathOf<S, A>,
  body: object,
) => Promise<unknown>;

const callTimeoutMs = 10_000;
const mostText = 500;

/** By fetch: Dapr's client would take more of start and memory than some whole services do. */
export function createPost<S extends ServiceContract>(
  env: Pick<CommonEnv, "DAPR_HOST" | "DAPR_HTTP_PORT" | "DAPR_API_TOKEN">,
): Post<S> {
  const sidecarUrl = `http://${env.DAPR_HOST}:${env.DAPR_HTTP_PORT}`;
  return (appId, path, body) =>
    traced(`POST ${appId} ${path}`, "CLIENT", async (trace) => {
      const response = await answerOf(`${sidecarUrl}/v1.0/invoke/${appId}/method${path}`, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          "dapr-api-token": env.DAPR_API_TOKEN,
          ...(trace && { traceparent: traceparentOf(trace) }),
        },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(callTimeoutMs),
      });
      if (response.ok) return JSON.parse(response.text);
      const said = `${appId} answered ${response.status}: ${response.text.slice(0, mostText)}`;
      throw isPassing(response.status) ? new AwayError(said) : new Error(said);
    });
}

async function answerOf(url: string, request: RequestInit) {
  try {
    const response = await fetch(url, request);
    return { ok: response.ok, status: response.status, text: await response.text() };
  } catch (error) {
    throw new AwayError(`the sidecar did not answer: ${(error as Error).message}`);
  }
}

/** Refusals that pass by themselves: timed out, too many requests, and all that is the callee's. */
const isPassing = (status: number): boolean => status >= 500 || status === 408 || status === 429;
