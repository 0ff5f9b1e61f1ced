import { once } from "node:events";
import { type IncomingMessage, request as open } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { createAdaptorServer, type ServerType } from "@hono/node-server";
import { Hono } from "hono";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestShell } from "#apps/kit/testing/app.ts";

const largest = 1024 * 1024;
let server: ServerType;

beforeAll(async () => {
  const app = createTestShell();
  app.post("/", async (context) => context.text(String((await context.req.text()).length)));
  app.post("/internal/", async (context) =>
    context.text(String((await context.req.text()).length)),
  );
  server = createAdaptorServer({ fetch: app.fetch });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
});

afterAll(() => server.close());

async function post(path: string, bytes: number, headers: Record<string, string | number>) {
  const { port } = server.address() as AddressInfo;
  const request = open({ host: "127.0.0.1", port, path, method: "POST", headers, agent: false });
  request.on("error", () => {});
  request.end(Buffer.alloc(bytes, "a"));
  const [response] = (await once(request, "response")) as [IncomingMessage];
  return { status: response.statusCode, body: await text(response) };
}

test.for([
  ["that says its length", { "Content-Length": largest }, { "Content-Length": largest + 1 }],
  ["that comes in pieces", { "Transfer-Encoding": "chunked" }, { "Transfer-Encoding": "chunked" }],
] as const)("a body %s may have a MiB and no more", async ([, fits, isTooLarge]) => {
  expect(await post("/", largest, fits)).toEqual({ status: 200, body: String(largest) });
  expect(await post("/", largest + 1, isTooLarge)).toMatchObject({ status: 413 });
});

test("a record from the sidecar may have more", async () => {
  const bytes = 3 * largest;
  expect(await post("/internal/", bytes, { "Content-Length": bytes })).toMatchObject({
    status: 200,
  });
});

test("an empty body is no body", async () => {
  expect(await post("/", 0, { "Content-Length": 0 })).toEqual({ status: 200, body: "0" });
});

test("what is served by other methods is 405 and names them; what is not served is 404", async () => {
  const app = createTestShell();
  app.use("/things/*", (_, next) => next());
  app.route(
    "/things",
    new Hono().get("/:id", (c) => c.text("one")).delete("/:id", (c) => c.text("")),
  );
  const refused = await app.request("/things/7", { method: "PUT" });
  expect(refused.status).toBe(405);
  expect(refused.headers.get("allow")).toBe("DELETE, GET, HEAD");
  expect(await refused.json()).toMatchObject({ status: 405, instance: "/things/7" });
  for (const path of ["/things", "/things/7/8", "/other"]) {
    const answer = await app.request(path);
    expect(answer.status).toBe(404);
    expect(answer.headers.has("allow")).toBe(false);
  }
});
