import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import type { services } from "#apps/contracts/services.ts";
import { AwayError } from "#apps/kit/database/away.ts";
import { callersOf } from "./callers.ts";
import { createPost } from "./invoke.ts";

type Contract = (typeof services)["recurring"];

let server: Server | undefined;
afterEach(() => server?.close());

/** A sidecar that answers every call alike, and keeps the last one. */
async function sidecar(status: number, text: string) {
  const asked: { url?: string | undefined; token?: unknown; body?: unknown } = {};
  server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const token = request.headers["dapr-api-token"];
    Object.assign(asked, { url: request.url, token, body: JSON.parse(body) });
    response.writeHead(status).end(text);
  });
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const env = { DAPR_HOST: "127.0.0.1", DAPR_HTTP_PORT: port, DAPR_API_TOKEN: "a token" };
  return { asked, post: createPost<Contract>(env) };
}

test("a post goes through the sidecar with its token, and gives the answer", async () => {
  const { asked, post } = await sidecar(201, '{"made":true}');
  expect(await post("backend", "/internal/occurrences", { of: "a task" })).toEqual({ made: true });
  expect(asked).toEqual({
    url: "/v1.0/invoke/backend/method/internal/occurrences",
    token: "a token",
    body: { of: "a task" },
  });
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
  await expect(refused).rejects.not.toThrow(AwayError);
});

test("a sidecar that is not there is away", async () => {
  const env = { DAPR_HOST: "127.0.0.1", DAPR_HTTP_PORT: 1, DAPR_API_TOKEN: "" };
  const post = createPost<Contract>(env);
  await expect(post("backend", "/internal/occurrences", {})).rejects.toThrow(AwayError);
});

test("who may call a route is who declares that very call", () => {
  const path = "/internal/occurrences";
  expect(callersOf("backend", { method: "POST", path })).toEqual(["recurring"]);
  expect(callersOf("backend", { method: "GET", path })).toEqual([]);
  expect(callersOf("audit", { method: "GET", path: "/activity" })).toEqual(["backend"]);
});
