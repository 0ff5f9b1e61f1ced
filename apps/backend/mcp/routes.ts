import { isIP } from "node:net";
import { Hono, type MiddlewareHandler } from "hono";
import type { UserVariables } from "#apps/kit/http/identity.ts";
import { Problem } from "#apps/kit/http/problem.ts";
import { traceparentOf } from "#apps/kit/http/trace.ts";
import type { ShellVariables } from "#apps/kit/http/variables.ts";
import { createMcpAnswerer } from "./server.ts";
import type { Tool } from "./tools.ts";

/** Where assistants find the tools. */
export const mcpPath = "/mcp";

/**
 * Lets nobody in by a name that is not ours: a page whose name was made to lead here (DNS
 * rebinding) shows it as its host and as its origin. Programs send no origin; an address as host
 * is no name, and cannot be made to lead elsewhere.
 * @param allowedOrigins origins of our pages, with commas between them
 */
export function fromOurNames(allowedOrigins: string): MiddlewareHandler {
  const origins = new Set(allowedOrigins.split(",").filter(Boolean));
  const names = new Set(["localhost", ...[...origins].map((one) => new URL(one).hostname)]);
  return async (context, next) => {
    const { origin, host } = context.req.header();
    if (origin !== undefined && !origins.has(origin)) {
      throw new Problem(403, "Origin refused", "pages of this origin may not use the tools");
    }
    const name = host === undefined ? undefined : hostnameOf(host);
    if (name !== undefined && isIP(name.replace(/^\[|\]$/g, "")) === 0 && !names.has(name)) {
      throw new Problem(403, "Host refused", `nothing is served here as ${host}`);
    }
    await next();
  };
}

/** The tools of an assistant over streamable HTTP, each request by itself. */
export function createMcpRoutes(tools: readonly Tool[]) {
  const answer = createMcpAnswerer(tools);
  return new Hono<{ Variables: ShellVariables & UserVariables }>().all("/", async (context) => {
    const { userId, requestId, trace, log } = context.var;
    if (context.req.method !== "POST") {
      return context.json(refusal(-32_000, "only POST is answered: nothing is streamed"), 405, {
        Allow: "POST",
      });
    }
    let body: unknown;
    try {
      body = JSON.parse(await context.req.text());
    } catch (error) {
      if (error instanceof Problem) throw error;
      return context.json(
        refusal(-32_700, `the body is not JSON: ${(error as Error).message}`),
        400,
      );
    }
    // Not in the protocol any more, and many calls would be counted as one.
    if (Array.isArray(body)) {
      return context.json(refusal(-32_600, "one message a request: batches are not taken"), 400);
    }
    const actor = {
      ...{ userId, correlationId: requestId, traceparent: traceparentOf(trace) },
      source: "chat" as const,
    };
    const response = await answer(context.req.raw, body, { actor, log });
    const { status, headers } = response;
    return context.newResponse(response.body, { status, headers } as ResponseInit as never);
  });
}

/** An answer of JSON-RPC to what is no request of it. */
const refusal = (code: number, message: string) => ({
  jsonrpc: "2.0",
  error: { code, message },
  id: null,
});

function hostnameOf(host: string): string {
  try {
    return new URL(`http://${host}`).hostname;
  } catch {
    return host;
  }
}
