import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import { Registry } from "prom-client";
import { afterEach, expect, test, vi } from "vitest";
import { WebSocket } from "ws";
import { closeCodes, syncProtocol } from "#apps/contracts/sync.ts";
import { RefusedError } from "#apps/kit/dapr/sidecar-fetch.ts";
import { AwayError } from "#apps/kit/database/away.ts";
import { createTestShell } from "#apps/kit/testing/app.ts";
import { samples, silentLog, traceparent, uuidOf } from "#apps/kit/testing/samples.ts";
import { createTracer, type ZipkinSpan } from "#apps/kit/tracing/tracer.ts";
import { createApp } from "./app.ts";
import { createHub, type Happening } from "./hub.ts";
import { createIdentityReader } from "./identities.ts";
import { createSyncMetrics } from "./metrics.ts";
import { createSocketServer } from "./socket-server.ts";

const [alice, bob] = [uuidOf(1), uuidOf(2)];
const page = "https://todo.example";
const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

/** A token as the backend of these tests takes it: whose it is, and until when, in seconds. */
const tokenOf = (userId: string, expires = Math.floor(Date.now() / 1_000) + 3_600) =>
  `a.${userId}~${expires}.c`;

/** Backend: it takes such tokens, and sessions of the same form, and counts what it is asked. */
function createBackend() {
  const post = vi.fn(async (_: "backend", __: "/identities", body: object) => {
    const { token, session } = body as { token?: string; session?: string };
    const [user_id = "", expires] = (token ?? session ?? "").replace(/^a\.|\.c$/g, "").split("~");
    if (!(Number(expires) * 1_000 > Date.now())) throw new RefusedError("refused", 401);
    const expires_at = new Date(Number(expires) * 1_000).toISOString();
    return { user_id, role: "user", expires_at };
  });
  return { post };
}

/** The app behind a real socket, with a feed in which nothing has happened yet. */
async function start(mostConnections = 100) {
  const read = vi.fn(async () => ({ changes: [], sequence: 0, more: false, resync: false }));
  const metrics = createSyncMetrics(new Registry());
  const spans: ZipkinSpan[] = [];
  const tracer = createTracer({ share: 1, exportSpan: (span) => spans.push(span) });
  const given = { metrics, tracer, log: silentLog, pause: async () => {}, mostConnections };
  const hub = createHub({ feed: { read }, ...given });
  const env = { PUBLIC_URL: page, ALLOWED_ORIGINS: page };
  const backend = createBackend();
  const identities = createIdentityReader(backend as never);
  const replicas = { tell: vi.fn() };
  const app = createApp({ createApp: createTestShell, env, identities, hub, replicas });
  const websocket = { server: createSocketServer() };
  const server = serve({ fetch: app.fetch, hostname: "127.0.0.1", port: 0, websocket }) as Server;
  servers.push(server);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const url = `ws://127.0.0.1:${port}/ws`;
  return { hub, url, backend, metrics, spans, connections: () => metrics.connections.get() };
}

/** A client, with what it was told and how it ended. */
function connect(url: string, headers: Record<string, string>, protocols: string[] = []) {
  const socket = new WebSocket(url, protocols, { headers });
  const told: { type: string; sequence?: number }[] = [];
  socket.on("message", (data) => told.push(JSON.parse(String(data))));
  socket.on("error", () => {});
  const refused = new Promise<number | undefined>((resolve) =>
    socket.on("unexpected-response", (_, response) => resolve(response.statusCode)),
  );
  const closed = new Promise<number>((resolve) => socket.on("close", resolve));
  const until = (count: number) => expect.poll(() => told).toHaveLength(count);
  return { socket, told, refused, closed, until };
}

const bearer = async (userId: string) => ({ authorization: `Bearer ${tokenOf(userId)}` });

const changeOf = (userId: string, sequence: number): Happening => ({
  userId,
  occurredAt: new Date().toISOString(),
  traceparent,
  change: { sequence, change: "created", task: samples["task-updates"].task },
});

test("a client is told what happens to its user, and nothing of others", async () => {
  const { hub, url, spans } = await start();
  const client = connect(url, await bearer(alice));
  await client.until(1);
  hub.happened(changeOf(bob, 1));
  hub.happened(changeOf(alice, 1));
  await client.until(2);
  expect(client.told).toMatchObject([
    { type: "ready", sequence: 0 },
    { type: "change", sequence: 1, change: "created", task: { title: "Water the plants" } },
  ]);
  // Nobody of the other user is here, so there is nothing to be seen of them in a trace.
  expect(spans).toMatchObject([
    {
      ...{ traceId: traceparent.split("-")[1], parentId: traceparent.split("-")[2] },
      ...{ name: "push change", kind: "PRODUCER", tags: { clients: "1", messages: "1" } },
    },
  ]);
});

const cookieOf = (userId: string) => `__Host-todo-session=${tokenOf(userId)}`;

test("a page connects by its cookie, and is asked about each time", async () => {
  const { hub, url, backend } = await start();
  const headers = { cookie: cookieOf(alice), origin: page };
  const client = connect(url, headers, [syncProtocol]);
  await client.until(1);
  hub.happened(changeOf(alice, 1));
  await client.until(2);
  expect(client.socket.protocol).toBe(syncProtocol);
  await connect(url, headers).until(1);
  expect(backend.post).toHaveBeenCalledTimes(2);
});

test("a token is asked about once", async () => {
  const { url, backend } = await start();
  const headers = await bearer(alice);
  for (let count = 0; count < 3; count++) await connect(url, headers).until(1);
  expect(backend.post).toHaveBeenCalledTimes(1);
});

test("while backend is away a client is told to come again", async () => {
  const { url, backend } = await start();
  backend.post.mockRejectedValue(new AwayError("backend did not answer"));
  expect(await connect(url, await bearer(alice)).refused).toBe(503);
});

test.each([
  ["no token", async () => ({}), "", 401],
  ["a token that backend refuses", async () => ({ authorization: "Bearer made-up" }), "", 401],
  [
    "a cookie from a page of elsewhere",
    async () => ({ cookie: cookieOf(alice), origin: "https://evil.example" }),
    "",
    403,
  ],
  ["a cookie without an origin", async () => ({ cookie: cookieOf(alice) }), "", 403],
  [
    "a cookie that backend refuses",
    async () => ({ cookie: "__Host-todo-session=x", origin: page }),
    "",
    401,
  ],
  [
    "a token that ran out",
    async () => ({
      authorization: `Bearer ${tokenOf(alice, 1_000_000_000)}`,
    }),
    "",
    401,
  ],
  [
    "an origin that is not allowed",
    async () => ({
      ...(await bearer(alice)),
      origin: "https://evil.example",
    }),
    "",
    403,
  ],
  ["the origin `null`", async () => ({ ...(await bearer(alice)), origin: "null" }), "", 403],
  ["a cursor that is no number", () => bearer(alice), "?after=x", 400],
  ["a cursor below zero", () => bearer(alice), "?after=-1", 400],
  ["an empty cursor", () => bearer(alice), "?after=", 400],
  ["a cursor that no number can hold", () => bearer(alice), "?after=99999999999999999", 400],
])("%s is refused", async (_, headers, query, status) => {
  const { url, connections } = await start();
  const client = connect(url + query, await headers());
  expect(await client.refused).toBe(status);
  expect((await connections()).values[0]?.value).toBe(0);
});

test("a plain request is told that this is a WebSocket", async () => {
  const { url } = await start();
  const answer = await fetch(url.replace("ws:", "http:"));
  expect(answer.status).toBe(426);
  expect(answer.headers.get("content-type")).toBe("application/problem+json");
});

test("a ping is answered; anything else, or too much of it, closes with its code", async () => {
  const { url } = await start();
  const headers = await bearer(alice);
  const client = connect(url, headers);
  await client.until(1);
  client.socket.send('{"type":"ping"}');
  await client.until(2);
  expect(client.told[1]).toEqual({ type: "pong" });
  client.socket.send('{"type":"change"}');
  expect(await client.closed).toBe(closeCodes.notUnderstood);

  const large = connect(url, headers);
  await large.until(1);
  large.socket.send("x".repeat(2_000));
  expect(await large.closed).toBe(closeCodes.tooBig);

  const loud = connect(url, headers);
  await loud.until(1);
  for (let count = 0; count < 30; count++) loud.socket.send('{"type":"ping"}');
  expect(await loud.closed).toBe(closeCodes.tooMany);
});

test("a connection ends with its token", async () => {
  const { url } = await start();
  const soon = Math.floor(Date.now() / 1_000) + 1;
  const client = connect(url, { authorization: `Bearer ${tokenOf(alice, soon)}` });
  // A second is the grain of tokens: it may have run out by now.
  const end = await Promise.race([client.closed, client.refused]);
  expect([closeCodes.expired, 401]).toContain(end);
});

test("a connection stays as long as its token is good, however long that is", async () => {
  const { hub, url } = await start();
  const client = connect(url, {
    authorization: `Bearer ${tokenOf(alice, Math.floor(Date.now() / 1_000) + 400 * 86_400)}`,
  });
  await client.until(1);
  hub.happened(changeOf(alice, 1));
  await client.until(2);
  expect(client.socket.readyState).toBe(WebSocket.OPEN);
});

test("a client that does not read is closed, and the others are told meanwhile", async () => {
  const { hub, url, connections } = await start();
  const headers = await bearer(alice);
  const [slow, quick] = [connect(url, headers), connect(url, headers)];
  await Promise.all([slow.until(1), quick.until(1)]);
  slow.socket.pause();
  const body = "x".repeat(100_000);
  const { userId, occurredAt } = changeOf(alice, 1);
  for (let count = 1; count <= 200; count++) {
    const notification = { type: "notification", id: uuidOf(count), body } as const;
    const more = { reminder_id: null, kind: "welcome", title: "", created_at: occurredAt } as const;
    hub.happened({ userId, occurredAt, traceparent, notification: { ...notification, ...more } });
    // As one after the other arrive, so that who reads can keep up.
    await quick.until(1 + count);
  }
  await expect.poll(async () => (await connections()).values[0]?.value).toBe(1);
  slow.socket.resume();
  // Its close frame may still arrive behind all the rest, or the connection is just cut.
  expect([closeCodes.tooSlow, 1006]).toContain(await slow.closed);
  expect(quick.socket.readyState).toBe(WebSocket.OPEN);
});

test("a replica that is full sends clients elsewhere", async () => {
  const { url } = await start(1);
  const headers = await bearer(alice);
  await connect(url, headers).until(1);
  expect(await connect(url, await bearer(bob)).closed).toBe(closeCodes.unavailable);
});

test("a user has twenty connections at most, and others are not in their way", async () => {
  const { url, connections } = await start();
  const headers = await bearer(alice);
  const clients = Array.from({ length: 20 }, () => connect(url, headers));
  for (const client of clients) await client.until(1);
  expect(await connect(url, headers).closed).toBe(closeCodes.tooMany);
  await connect(url, await bearer(bob)).until(1);
  clients[0]?.socket.close();
  await clients[0]?.closed;
  await expect.poll(async () => (await connections()).values[0]?.value).toBe(20);
  await connect(url, headers).until(1);
});

test("a replica that goes closes its clients so that they connect elsewhere", async () => {
  const { hub, url } = await start();
  const headers = await bearer(alice);
  const client = connect(url, headers);
  await client.until(1);
  hub.drain();
  expect(await client.closed).toBe(closeCodes.restarting);
  expect(await connect(url, headers).closed).toBe(closeCodes.restarting);
});
