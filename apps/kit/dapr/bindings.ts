import type { BindingName } from "#apps/contracts/dapr.ts";
import type { ServiceContract } from "#apps/contracts/services.ts";
import type { CommonEnv } from "#apps/kit/http/env.ts";
import { type SidecarResponse, sidecarFetch } from "./sidecar-fetch.ts";

/** The output bindings that a contract declares. */
export type DeclaredBinding<S extends ServiceContract> = S extends {
  readonly bindings: readonly (infer B extends BindingName)[];
}
  ? B
  : never;

/**
 * Hands data to an output binding; resolves to what the sidecar answered, whatever that is. Rejects
 * with AwayError when it did not answer, and then the work may be done or not.
 */
export type SendByBinding<S extends ServiceContract> = (
  name: DeclaredBinding<S>,
  data: string,
  metadata: Readonly<Record<string, string>>,
) => Promise<SidecarResponse>;

/** Longer than the sidecar allows the binding (components/dapr/subscriptions.ts). */
const callTimeoutMs = 25_000;

/**
 * The output bindings of a service, one call at a time each: Dapr's SMTP binding writes the
 * metadata of a request into the component that all requests share, so that two at once could
 * send the text of one to the recipient of the other (components-contrib, bindings/smtp 1.16).
 */
export function createBindings<S extends ServiceContract>(
  env: CommonEnv,
  timeoutMs = callTimeoutMs,
): SendByBinding<S> {
  const last = new Map<BindingName, Promise<unknown>>();
  return (name, data, metadata) => {
    const call = () =>
      sidecarFetch(env, {
        method: "POST",
        path: `/v1.0/bindings/${name}`,
        body: { operation: "create", data, metadata },
        timeoutMs,
      });
    const turn = (last.get(name) ?? Promise.resolve()).then(call, call);
    last.set(name, turn);
    return turn;
  };
}
