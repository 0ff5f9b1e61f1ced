import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import type { services } from "#apps/contracts/services.ts";
import { AwayError } from "#apps/kit/database/away.ts";
import { inSpan } from "#apps/kit/tracing/scope.ts";
import { createTracer, type ZipkinSpan } from "#apps/kit/tracing/tracer.ts";
import { createInvoke } from "./invoke.ts";
import { RefusedError } from "./sidecar-fetch.ts";

type Posts = (typeof services)["recurring"];
type Gets = (typeof services)["backend"];
const traceparent = "00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01";

let server: Server | undefined;
afterEach(() => server?.close());

/** A sidecar that answers every call alike, and keeps the last one. */
async function sidecar(status: number, text: string) {
  const asked: Record<string, unknown> = {};
  server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const { "dapr-api-token": token, traceparent } = request.headers;
    const { method, url } = request;
    Object.assign(asked, { method, url, token, traceparent, body: body && JSON.parse(body) });
    response.writeHead(status).end(text);
  });
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const env = { DAPR_HOST: "127.0.0.1", DAPR_HTTP_PORT: port, DAPR_API_TOKEN: "a token" };
  return { asked, ...createInvoke<Posts>(env), get: createInvoke<Gets>(env).get };
}

test("a post goes through the sidecar with its token, and gives the answer", async () => {
  const { asked, post } = await sidecar(201, '{"made":true}');
  expect(await post("backend", "/internal/occurrences", { of: "a task" })).toEqual({ made: true });
  expect(asked).toEqual({
    method: "POST",
    url: "/v1.0/invoke/backend/method/internal/occurrences",
    token: "a token",
    body: { of: "a task" },
  });
});

test("a get carries its query, the trace it is for, and gives the whole of a long answer", async () => {
  const activity = Array.from({ length: 500 }, (_, number) => ({ number }));
  const { asked, get } = await sidecar(200, JSON.stringify({ activity }));
  const query = new URLSearchParams({ user_id: "a b" });
  expect(await get("audit", "/activity", query, traceparent)).toEqual({ activity });
  expect(asked).toEqual({
    method: "GET",
    url: "/v1.0/invoke/audit/method/activity?user_id=a+b",
    token: "a token",
    traceparent,
    body: "",
  });
});

test("within a trace a call is a span of it, and carries that one on", async () => {
  const { asked, get } = await sidecar(200, "{}");
  const spans: ZipkinSpan[] = [];
  const tracer = createTracer({ share: 1, exportSpan: (span) => spans.push(span) });
  const request = tracer.start("a request", "SERVER");
  await inSpan(tracer, request, () => get("audit", "/activity", new URLSearchParams()));
  expect(spans).toMatchObject([
    { name: "GET audit /activity", kind: "CLIENT", parentId: request.trace.spanId },
  ]);
  expect(asked.traceparent).toBe(`00-${request.trace.traceId}-${spans[0]?.id}-01`);
});

test.for([500, 502, 503, 429, 408])(
  "an answer of %i means that waiting may help",
  async (status) => {
    const { post } = await sidecar(status, "later");
    await expect(post("backend", "/internal/occurrences", {})).rejects.toThrow(AwayError);
  },
);

test.for([400, 403, 404])("an answer of %i is a refusal, with what was said", async (status) => {
  const { post } = await sidecar(status, "the reason");
  const refused = post("backend", "/internal/occurrences", {});
  await expect(refused).rejects.toThrow(`backend answered ${status}: the reason`);
  await expect(refused).rejects.toThrow(RefusedError);
  await expect(refused).rejects.toMatchObject({ status });
});

test("a sidecar that is not there is away", async () => {
  const env = { DAPR_HOST: "127.0.0.1", DAPR_HTTP_PORT: 1, DAPR_API_TOKEN: "" };
  const { post } = createInvoke<Posts>(env);
  await expect(post("backend", "/internal/occurrences", {})).rejects.toThrow(AwayError);
});
