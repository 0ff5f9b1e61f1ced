import type { MiddlewareHandler } from "hono";
import {
  type AppId,
  appIds,
  contractOf,
  type Invocation,
  type ServiceContract,
} from "#apps/contracts/services.ts";
import { Problem } from "#apps/kit/http/problem.ts";
import { fromSidecarOnly } from "./tokens.ts";

/**
 * Lets only those services through that declare to call this route, on top of the access list of
 * the sidecar: the call must show the sidecar's token, and `dapr-caller-app-id`, which the sidecar
 * sets from the caller's certificate. What acts for a user stands behind it.
 */
export function fromDeclaredCallers(
  callee: AppId,
  invocation: Invocation,
  appApiToken: string,
): MiddlewareHandler {
  const callers = new Set<string>(callersOf(callee, invocation));
  const ownSidecar = fromSidecarOnly(appApiToken);
  return (context, next) =>
    ownSidecar(context, async () => {
      const caller = context.req.header("dapr-caller-app-id");
      if (!callers.has(caller ?? "")) {
        throw new Problem(403, "Not allowed", "this route is for the services that declare it");
      }
      await next();
    });
}

/** The services whose contracts declare a call, in the order of the map. */
export const callersOf = (
  callee: AppId,
  { method, path }: Invocation,
  contracts: (appId: AppId) => ServiceContract = contractOf,
): AppId[] =>
  appIds.filter((appId) =>
    contracts(appId).invokes[callee]?.some(
      (declared) => declared.method === method && declared.path === path,
    ),
  );
