import type { AppId, Invocation, ServiceContract } from "#apps/contracts/services.ts";
import { failureOf, type SidecarEnv, type SidecarRequest, sidecarFetch } from "./sidecar-fetch.ts";

type Callee<S extends ServiceContract> = keyof S["invokes"] & AppId;
type Path<S extends ServiceContract, A extends Callee<S>, M extends Invocation["method"]> = Extract<
  S["invokes"][A][number],
  { readonly method: M }
>["path"];

/**
 * Calls of routes of other services that the contract declares, through the sidecars; each gives
 * the JSON of the answer. They reject with AwayError when waiting may help, and with RefusedError
 * when the callee, or the access list before it, refused the call.
 */
export type Invoke<S extends ServiceContract> = {
  /** The traceparent counts where the running code belongs to no trace of its own. */
  readonly get: <A extends Callee<S>>(
    appId: A,
    path: Path<S, A, "GET">,
    query: URLSearchParams,
    traceparent?: string,
  ) => Promise<unknown>;
  readonly post: <A extends Callee<S>>(
    appId: A,
    path: Path<S, A, "POST">,
    body: object,
  ) => Promise<unknown>;
};

const callTimeoutMs = 10_000;

export function createInvoke<S extends ServiceContract>(env: SidecarEnv): Invoke<S> {
  const call = async (
    appId: AppId,
    path: string,
    { query, ...request }: Pick<SidecarRequest, "method" | "body" | "traceparent"> & Query,
  ): Promise<unknown> => {
    const response = await sidecarFetch(env, {
      ...request,
      path: `/v1.0/invoke/${appId}/method${path}${query?.size ? `?${query}` : ""}`,
      span: `${appId} ${path}`,
      timeoutMs: callTimeoutMs,
    });
    if (!response.ok) throw failureOf(appId, response);
    return JSON.parse(response.text);
  };
  return {
    get: (appId, path, query, traceparent) =>
      call(appId, path, { method: "GET", query, traceparent }),
    post: (appId, path, body) => call(appId, path, { method: "POST", body }),
  };
}

type Query = { readonly query?: URLSearchParams };
