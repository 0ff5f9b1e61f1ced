import { beforeEach, describe, expect, test, vi } from "vitest";
import { eventRoute } from "#apps/contracts/dapr.ts";
import { operatorHeaders } from "#apps/contracts/operator.ts";
import type { ServiceContract } from "#apps/contracts/services.ts";
import type { Receive } from "#apps/kit/events/subscriptions.ts";
import { createTestShell } from "#apps/kit/testing/app.ts";
import { idle } from "#apps/kit/testing/contract.ts";
import { bytesOf, sampleBytes, uuidOf } from "#apps/kit/testing/samples.ts";
import { createEventRoutes } from "./event-routes.ts";

const contract = {
  ...idle,
  subscribes: { "task-events": "unique-key" },
} as const satisfies ServiceContract;

const token = "the token of the app";
const receive = vi.fn<Receive>();
beforeEach(() => receive.mockReset());

const post = (body: unknown, headers: object = {}, topic = "task-events") => {
  const app = createTestShell();
  app.route("/", createEventRoutes(contract, receive, token));
  return app.request(eventRoute(topic), {
    method: "POST",
    headers: { "dapr-api-token": token, ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
};

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64");
const bytes = sampleBytes("task-events");

/** What the sidecar hands on of a record, escaped as Go escapes a query, and what it says. */
const handedOn = {
  __key: "caf%C3%A9+au+lait%2B%26%25",
  __topic: "task-events",
  __partition: "3",
  __offset: "9007199254740993",
  [operatorHeaders.consumer]: "audit",
  [operatorHeaders.forgetSince]: "2026-01-30T12%3A00%3A00.000%2B01%3A00",
};
const known = {
  key: "café au lait+&%",
  partition: "3",
  offset: "9007199254740993",
  addressee: "audit",
  forgetSince: "2026-01-30T12:00:00.000+01:00",
};
const unknown = {
  key: undefined,
  partition: undefined,
  offset: undefined,
  addressee: undefined,
  forgetSince: undefined,
};

/** An envelope of Dapr's bulk subscription, with its entries as the Kafka component numbers them. */
const bulk = (entries: { event: Uint8Array; metadata: object }[]) => ({
  id: "3f1c3c6f-2fa7-4a35-a2c9-6d8b9e5d1f0c",
  entries: entries.map(({ event, metadata }, index) => ({
    entryId: String(index),
    event: base64(event),
    contentType: "application/octet-stream",
    metadata,
  })),
  metadata: { rawPayload: "true" },
  topic: "task-events",
  pubsubname: "kafka-pubsub",
  type: "com.dapr.event.sent.bulk",
});

describe("a record alone", () => {
  const envelope = {
    data_base64: base64(bytes),
    datacontenttype: "application/octet-stream",
    pubsubname: "kafka-pubsub",
    specversion: "1.0",
    topic: "task-events",
  };

  test.each(["SUCCESS", "RETRY"] as const)("is answered by its verdict, %s", async (verdict) => {
    receive.mockResolvedValue([verdict]);
    const answer = await post(envelope, handedOn);
    expect([answer.status, await answer.json()]).toEqual([200, { status: verdict }]);
    expect(receive.mock.calls).toEqual([
      ["task-events", [{ bytes: Buffer.from(bytes), ...known }]],
    ]);
  });

  test("of which nothing is known is its bytes", async () => {
    receive.mockResolvedValue(["SUCCESS"]);
    await post(envelope);
    expect(receive.mock.calls[0]?.[1]).toEqual([{ bytes: Buffer.from(bytes), ...unknown }]);
  });

  test("keeps a key that is no text as the sidecar wrote it", async () => {
    receive.mockResolvedValue(["SUCCESS"]);
    await post(envelope, { __key: "%FF+%FE" });
    expect(receive.mock.calls[0]?.[1]).toMatchObject([{ key: "%FF+%FE" }]);
  });
});

describe("records that come together", () => {
  test("are answered each by its own verdict", async () => {
    receive.mockResolvedValue(["SUCCESS", "RETRY", "SUCCESS"]);
    const entries = [1, 2, 3].map((number) => ({ event: bytesOf(number), metadata: {} }));
    const answer = await post(bulk(entries));
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({
      statuses: [
        { entryId: "0", status: "SUCCESS" },
        { entryId: "1", status: "RETRY" },
        { entryId: "2", status: "SUCCESS" },
      ],
    });
  });

  test("are known each by what came with it, and not by the call's own headers", async () => {
    receive.mockResolvedValue(["SUCCESS", "SUCCESS", "SUCCESS"]);
    const entries = [
      { event: bytes, metadata: handedOn },
      { event: bytesOf(2), metadata: { __key: uuidOf(1), __partition: "3", __offset: "18" } },
      { event: bytesOf(3), metadata: {} },
    ];
    await post(bulk(entries), { __key: "another", [operatorHeaders.consumer]: "another" });
    expect(receive.mock.calls).toEqual([
      [
        "task-events",
        [
          { bytes: Buffer.from(bytes), ...known },
          {
            ...{ ...unknown, bytes: Buffer.from(bytesOf(2)) },
            ...{ key: uuidOf(1), partition: "3", offset: "18" },
          },
          { bytes: Buffer.from(bytesOf(3)), ...unknown },
        ],
      ],
    ]);
  });
});

test.each([
  ["nothing", {}],
  ["an event as it is", { specversion: "1.0", data: { user_id: uuidOf(1) } }],
  ["bytes that are a number", { data_base64: 1 }],
  ["entries that are no list", { entries: {} }],
  ["an entry without its id", { entries: [{ event: base64(bytes), metadata: {} }] }],
  ["an entry without its bytes", { entries: [{ entryId: "0", metadata: {} }] }],
  ["an entry that is JSON", { entries: [{ entryId: "0", event: {}, metadata: {} }] }],
  ["a list", []],
  ["no JSON", "{"],
])("a body with %s is refused, and nobody handles it", async (_, body) => {
  const answer = await post(body);
  expect(answer.status).toBe(400);
  expect(answer.headers.get("content-type")).toBe("application/problem+json");
  expect(receive).not.toHaveBeenCalled();
});

test.each([
  ["no token", { "dapr-api-token": "" }],
  ["another token", { "dapr-api-token": "guessed" }],
])("a call with %s is refused", async (_, headers) => {
  for (const body of [{ data_base64: base64(bytes) }, bulk([{ event: bytes, metadata: {} }])]) {
    expect((await post(body, headers)).status).toBe(401);
  }
  expect(receive).not.toHaveBeenCalled();
});

test("there is no route for a topic that the service does not subscribe to", async () => {
  expect((await post({ data_base64: base64(bytes) }, {}, "reminders")).status).toBe(404);
});
