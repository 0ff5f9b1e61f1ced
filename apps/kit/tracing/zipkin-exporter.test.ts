import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { afterEach, expect, test } from "vitest";
import type { ZipkinSpan } from "./tracer.ts";
import { createZipkinExporter } from "./zipkin-exporter.ts";

let server: Server | undefined;
afterEach(() => server?.closeAllConnections());
afterEach(() => server?.close());

/** A Zipkin that gives one answer (none at all for 0), and what it was sent. */
async function zipkin(status: number) {
  const calls: ZipkinSpan[][] = [];
  server = createServer(async (request, response) => {
    calls.push((await json(request)) as ZipkinSpan[]);
    if (status > 0) response.writeHead(status).end();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return { calls, ...exporterTo(`http://127.0.0.1:${port}/api/v2/spans`) };
}

function exporterTo(endpoint: string) {
  const counts = { sent: 0, dropped: 0 };
  const exporter = createZipkinExporter({
    endpoint,
    serviceName: "backend",
    observe: (outcome, spans) => {
      counts[outcome] += spans;
    },
  });
  return { counts, exporter };
}

const span = (number: number): ZipkinSpan => ({
  traceId: "0af7651916cd43dd8448eb211c80319c",
  id: number.toString(16).padStart(16, "0"),
  kind: "SERVER",
  name: "GET /api/tasks",
  timestamp: 1,
  duration: 1,
  tags: {},
});

test("spans are sent together a little later, with the name of the service", async () => {
  const { calls, counts, exporter } = await zipkin(202);
  exporter.exportSpan(span(1));
  exporter.exportSpan(span(2));
  expect(calls).toEqual([]);
  await expect.poll(() => calls.length).toBe(1);
  expect(calls[0]).toEqual(
    [1, 2].map((number) => ({ ...span(number), localEndpoint: { serviceName: "backend" } })),
  );
  await expect.poll(() => counts).toEqual({ sent: 2, dropped: 0 });
});

test("what is kept is sent when the service stops", async () => {
  const { calls, exporter } = await zipkin(202);
  exporter.exportSpan(span(1));
  await exporter.close();
  expect(calls.flat()).toHaveLength(1);
});

test("a large number goes in several calls, and beyond the bound spans are dropped and counted", async () => {
  const { calls, counts, exporter } = await zipkin(202);
  for (let number = 1; number <= 5_000; number++) exporter.exportSpan(span(number));
  await exporter.close();
  expect(calls.every((call) => call.length <= 512)).toBe(true);
  expect(calls.flat()).toHaveLength(4_096);
  expect(counts).toEqual({ sent: 4_096, dropped: 904 });
});

test.each([
  ["refuses them", 500],
  ["does not answer", 0],
])("a Zipkin that %s costs the spans and nothing else", async (_, status) => {
  const { counts, exporter } = await zipkin(status);
  exporter.exportSpan(span(1));
  await exporter.close();
  expect(counts).toEqual({ sent: 0, dropped: 1 });
});

test("a Zipkin that is not there costs the spans and nothing else", async () => {
  const { counts, exporter } = exporterTo("http://127.0.0.1:1/api/v2/spans");
  exporter.exportSpan(span(1));
  await exporter.close();
  expect(counts).toEqual({ sent: 0, dropped: 1 });
});
