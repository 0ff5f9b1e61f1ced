import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { afterEach, expect, test } from "vitest";
import { sampleRow } from "#apps/kit/testing/samples.ts";
import { createBulkPublisher } from "./publish-bulk.ts";

type Call = { path: string | undefined; token: unknown; entries: { entryId: string }[] };

let server: Server | undefined;
afterEach(() => server?.closeAllConnections());
afterEach(() => server?.close());

/** A sidecar that gives one answer, and what it was asked. */
async function sidecar(status: number, body: string) {
  const calls: Call[] = [];
  server = createServer(async (request: IncomingMessage, response) => {
    const entries = (await json(request)) as Call["entries"];
    calls.push({ path: request.url, token: request.headers["dapr-api-token"], entries });
    if (status > 0) response.writeHead(status).end(body);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const sidecarUrl = `http://127.0.0.1:${port}`;
  const options = { sidecarUrl, apiToken: "token", source: "backend", timeoutMs: 300 };
  return { calls, publish: createBulkPublisher(options) };
}

const row = (id: number) => sampleRow({ id });

test("an answer without content means that all were sent", async () => {
  const { calls, publish } = await sidecar(204, "");
  expect(await publish("task-events", [row(1), row(2)])).toEqual(new Set());
  expect(calls[0]?.path).toContain(
    "/publish/bulk/kafka-pubsub/task-events?metadata.rawPayload=true",
  );
  expect(calls[0]?.token).toBe("token");
  expect(calls[0]?.entries.map(({ entryId }) => entryId)).toEqual(["1", "2"]);
});

test("the entries that the sidecar names were refused, and only they", async () => {
  const answer = { failedEntries: [{ entryId: "2", error: "kafka: broker not available" }] };
  const { publish } = await sidecar(500, JSON.stringify(answer));
  expect(await publish("task-events", [row(1), row(2)])).toEqual(new Set([2]));
});

test.each([
  ["an error without entries", 500, '{"errorCode":"ERR_PUBSUB_PUBLISH_MESSAGE"}'],
  ["an empty list of entries", 500, '{"failedEntries":[]}'],
  ["entries under another name", 500, '{"failedEntries":[{"entryID":"2"}]}'],
  ["what is not JSON", 502, "bad gateway"],
  ["a refused token", 401, ""],
])("%s says nothing of what was sent, so the call failed whole", async (_, status, body) => {
  const { publish } = await sidecar(status, body);
  await expect(publish("task-events", [row(1)])).rejects.toThrow(`answered ${status}`);
});

test("a sidecar that does not answer is given up after the time", async () => {
  const { publish } = await sidecar(0, "");
  await expect(publish("task-events", [row(1)])).rejects.toThrow();
});
