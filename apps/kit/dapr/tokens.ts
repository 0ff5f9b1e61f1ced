import { createHash, timingSafeEqual } from "node:crypto";
import type { MiddlewareHandler } from "hono";
import { Problem } from "#apps/kit/http/problem.ts";

/**
 * Lets only the service's own sidecar through, by the token it shows (`dapr-api-token`). With no
 * token configured nothing passes: a service without a sidecar has no internal callers.
 */
export function fromSidecarOnly(token: string): MiddlewareHandler {
  const expected = digest(token);
  return async (context, next) => {
    const shown = context.req.header("dapr-api-token") ?? "";
    if (!token || !timingSafeEqual(digest(shown), expected)) {
      throw new Problem(401, "Not authorized", "this route is for the service's own sidecar");
    }
    await next();
  };
}

// Digests have one length, so that the comparison takes one time.
const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
