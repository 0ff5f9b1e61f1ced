import type { MiddlewareHandler } from "hono";
import { type AppId, callersOf, type Invocation } from "#apps/contracts/services.ts";
import { Problem } from "#apps/kit/http/problem.ts";
import { fromSidecarOnly } from "./tokens.ts";

/**
 * Lets only those services through that declare to call this route, on top of the access list of
 * the sidecar: the call must show the sidecar's token, and `dapr-caller-app-id`, which the sidecar
 * sets from the caller's certificate. What acts for a user stands behind it.
 */
export function fromDeclaredCallers(
  callee: AppId,
  { method, path }: Invocation,
  appApiToken: string,
): MiddlewareHandler {
  const declares = (one: Invocation) => one.method === method && one.path === path;
  const callers = new Set<string>(
    callersOf(callee)
      .filter(({ invocations }) => invocations.some(declares))
      .map(({ caller }) => caller),
  );
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
