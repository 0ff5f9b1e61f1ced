import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, expect, test } from "vitest";
import { AwayError } from "#apps/kit/database/away.ts";
import type { DeadLetter } from "#apps/kit/events/dead-letters.ts";
import type { CommonEnv } from "#apps/kit/http/env.ts";
import { createSidecar } from "./client.ts";

let server: Server | undefined;
afterEach(() => server?.closeAllConnections());
afterEach(() => server?.close());

/** A sidecar that gives one answer, and what it was asked to publish. */
async function sidecar(status: number) {
  const published: { path: string; metadata: object; token: unknown; body: string }[] = [];
  server = createServer(async (request: IncomingMessage, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "", "http://sidecar");
    const body = await text(request);
    if (pathname.includes("/publish/")) {
      const metadata = Object.fromEntries(searchParams);
      const token = request.headers["dapr-api-token"];
      published.push({ path: pathname, metadata, token, body });
      response.writeHead(status).end();
    } else response.writeHead(200).end("{}");
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const env = { DAPR_HOST: "127.0.0.1", DAPR_HTTP_PORT: port, DAPR_API_TOKEN: "a token" };
  return { published, send: createSidecar("audit", env as CommonEnv).sendDeadLetter };
}

const letter: DeadLetter = {
  topic: "task-events.audit.dlq",
  bytes: new TextEncoder().encode("neither JSON nor an event"),
  key: "a user",
  error: "Error: no such\ntemplate",
  consumer: "audit",
  attempts: 4,
  failedAt: new Date("2026-01-31T09:00:00.000Z"),
};

test("a dead letter is the bytes that came, with its reason in the headers of the record", async () => {
  const { published, send } = await sidecar(204);
  await send(letter);
  expect(published).toEqual([
    {
      path: "/v1.0/publish/kafka-pubsub/task-events.audit.dlq",
      metadata: {
        "metadata.rawPayload": "true",
        "metadata.partitionKey": "a user",
        "metadata.error": "Error: no such template",
        "metadata.consumer": "audit",
        "metadata.attempts": "4",
        "metadata.failedAt": "2026-01-31T09:00:00.000Z",
      },
      token: "a token",
      body: "neither JSON nor an event",
    },
  ]);
});

test("a dead letter that is not taken makes its event wait", async () => {
  const { send } = await sidecar(500);
  await expect(send(letter)).rejects.toThrow(AwayError);
});
