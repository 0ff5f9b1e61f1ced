import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { afterEach, expect, test } from "vitest";
import { sampleRow, uuidOf } from "#apps/kit/testing/samples.ts";
import { createTracer, type ZipkinSpan } from "#apps/kit/tracing/tracer.ts";
import { createBulkPublisher } from "./publish-bulk.ts";

type Entry = { entryId: string; metadata: { traceparent: string; partitionKey: string } };
type Call = { path: string | undefined; token: unknown; traceparent: unknown; entries: Entry[] };

let server: Server | undefined;
afterEach(() => server?.closeAllConnections());
afterEach(() => server?.close());

/** A sidecar that gives one answer, and what it was asked. */
async function sidecar(status: number, body: string, timeoutMs = 10_000) {
  const calls: Call[] = [];
  server = createServer(async (request: IncomingMessage, response) => {
    const entries = (await json(request)) as Call["entries"];
    const { "dapr-api-token": token, traceparent } = request.headers;
    calls.push({ path: request.url, token, traceparent, entries });
    if (status > 0) response.writeHead(status).end(body);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const sidecarUrl = `http://127.0.0.1:${port}`;
  const spans: ZipkinSpan[] = [];
  const tracer = createTracer({ share: 1, exportSpan: (span) => spans.push(span) });
  const options = { sidecarUrl, apiToken: "token", source: "backend", timeoutMs, tracer };
  return { calls, spans, publish: createBulkPublisher(options) };
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

test("the key of each record is its user, so that their events keep their order", async () => {
  const { calls, publish } = await sidecar(204, "");
  const users = [uuidOf(11), uuidOf(12)];
  await publish(
    "task-events",
    users.map((userId, id) => sampleRow({ id, userId })),
  );
  expect(calls[0]?.entries.map(({ metadata }) => metadata.partitionKey)).toEqual(users);
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
  const { publish } = await sidecar(0, "", 300);
  await expect(publish("task-events", [row(1)])).rejects.toThrow();
});

test("each record goes on in the trace of its change, the call in that of the first recorded one", async () => {
  const { calls, spans, publish } = await sidecar(204, "");
  const unrecorded = sampleRow({ id: 1, traceparent: `00-${"a".repeat(32)}-${"1".repeat(16)}-00` });
  const recorded = sampleRow({ id: 2, traceparent: `00-${"b".repeat(32)}-${"2".repeat(16)}-01` });
  await publish("task-events", [unrecorded, recorded]);
  const sent = calls[0]?.entries.map(({ metadata }) => metadata.traceparent);
  expect(sent?.[0]).toMatch(/^00-a{32}-.*-00$/);
  expect(sent?.[1]).toMatch(/^00-b{32}-.*-01$/);
  expect(calls[0]?.traceparent).toBe(sent?.[1]);
  expect(spans).toMatchObject([
    { traceId: "b".repeat(32), parentId: "2".repeat(16), name: "publish task-events" },
  ]);
  expect(sent?.[1]).toContain(spans[0]?.id);
});

test("a row that was not sent has a span that says so", async () => {
  const { spans, publish } = await sidecar(500, '{"failedEntries":[{"entryId":"2"}]}');
  await publish("task-events", [row(1), row(2)]);
  expect(spans.map(({ tags }) => tags.error)).toEqual([undefined, "not sent"]);
});
