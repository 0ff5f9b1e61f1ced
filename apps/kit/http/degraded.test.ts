import { createServer } from "node:http";
import { expect, test } from "vitest";
import { silentLog } from "#apps/kit/testing/samples.ts";
import { createTracer } from "#apps/kit/tracing/tracer.ts";
import { degradedParts, sidecarAnswers } from "./degraded.ts";
import { createMetrics } from "./metrics.ts";
import { createShell } from "./shell.ts";

const readiness = async (ready: () => Promise<void>, redis: boolean) => {
  const app = createShell({
    log: silentLog,
    tracer: createTracer({ share: 1 }),
    metrics: createMetrics("test"),
    ready,
    degraded: () => degradedParts({ redis: () => redis, sidecar: async () => true }),
    draining: () => false,
  });
  const response = await app.request("/readyz");
  return { status: response.status, body: await response.json() };
};

test("what is away and can be done without is named, and does not make a service unready", async () => {
  expect(await readiness(async () => {}, false)).toEqual({
    status: 200,
    body: { status: "ok", degraded: ["redis"] },
  });
  expect(await readiness(async () => {}, true)).toMatchObject({ body: { degraded: [] } });
});

test("without its database a service is not ready, whatever else is there", async () => {
  const away = () => Promise.reject(new Error("no answer"));
  expect(await readiness(away, true)).toMatchObject({ status: 503 });
});

test("a sidecar that refuses, fails or says nothing is away", async () => {
  let status = 204;
  const server = createServer((_, response) => {
    if (status > 0) response.writeHead(status).end();
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as { port: number };
  const address = `http://127.0.0.1:${port}`;
  const answers = sidecarAnswers(address, 10_000);
  expect(await answers()).toBe(true);
  status = 500;
  expect(await answers()).toBe(false);
  status = 0;
  expect(await sidecarAnswers(address)()).toBe(false);
  server.closeAllConnections();
  server.close();
  expect(await answers()).toBe(false);
});
