import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { type LoadResult, type Mix, startLoad } from "./load.ts";

type Reply = { readonly status: number; readonly body?: object } | "none";

let server: Server | undefined;
afterEach(() => server?.close());

/** What a load makes of an API that answers so, and which requests it sent. */
async function loadOn(
  mix: Mix,
  answer: (request: IncomingMessage, times: number) => Reply | Promise<Reply>,
) {
  const asked: { method: string; path: string; key: string; body: string }[] = [];
  server = createServer(async (request, response) => {
    const { method = "", url: path = "" } = request;
    const key = String(request.headers["idempotency-key"]);
    asked.push({ method, path, key, body: await text(request) });
    const reply = await answer(request, asked.length);
    if (reply === "none") return request.socket.destroy();
    response.writeHead(reply.status).end(JSON.stringify(reply.body ?? {}));
  }).listen(0, "127.0.0.1");
  await sleep(20);
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { signal } = new AbortController();
  const users = [{ id: "a", token: async () => "t" }];
  const load = startLoad({ baseUrl, users, rate: 100, mix, remindInMs: 20, signal });
  await sleep(500);
  const result: LoadResult = await load.finish(2_000);
  return { result, asked };
}

const task = { id: "task", recurring: { series_id: "series" } };
const good = ({ method, url }: IncomingMessage): Reply => {
  if (method === "PUT") return { status: 200, body: { reminders: [{ id: "reminder" }] } };
  return { status: url?.endsWith("/complete") ? 200 : 201, body: task };
};

test("a full load completes tasks of a series and sets reminders, and notes what has to follow", async () => {
  const { result, asked } = await loadOn("full", good);
  const kinds = new Set(result.consequences.map(({ of, key }) => `${of} ${key}`));
  expect(kinds).toEqual(new Set(["series series", "reminder reminder"]));
  expect(new Set(result.acknowledged.map(({ eventType }) => eventType))).toEqual(
    new Set(["created", "completed"]),
  );
  expect(asked.every(({ path, body }) => path !== "/api/tasks" || body.includes("due_date"))).toBe(
    true,
  );
  expect(result).toMatchObject({ refused: [], unresolved: [], repeated: 0 });
});

test.each<[string, Reply]>([
  ["no answer", "none"],
  ["503", { status: 503 }],
  ["429", { status: 429 }],
  ["409", { status: 409 }],
])("%s is counted, and the request is sent again with its key", async (said, reply) => {
  const { result, asked } = await loadOn("plain", (request, times) =>
    times === 1 ? reply : good(request),
  );
  expect(result.tally[said]).toBe(1);
  expect(result).toMatchObject({ repeated: 1, refused: [], unresolved: [] });
  expect(asked[1]?.key).toBe(asked[0]?.key);
});

test("another answer is a refusal", async () => {
  const { result } = await loadOn("plain", (request, times) =>
    times === 1 ? { status: 403 } : good(request),
  );
  expect(result.refused).toEqual(["403 {}"]);
});

test("a reminder whose time passed before it was set is set for a later time", async () => {
  const { asked, result } = await loadOn("full", async (request, times) => {
    if (request.method !== "PUT" || times > 8) return good(request);
    await sleep(30);
    return { status: 400 };
  });
  const times = asked.filter(({ method }) => method === "PUT").map(({ body }) => body);
  expect(result.refused).toEqual([]);
  expect(result.consequences.filter(({ of }) => of === "reminder")).not.toEqual([]);
  expect(new Set(times).size).toBe(times.length);
});

test("a reminder that is refused while its time is ahead is a refusal", async () => {
  const { result } = await loadOn("full", (request, times) =>
    request.method === "PUT" && times < 8 ? { status: 400 } : good(request),
  );
  expect(result.refused).toEqual(["400 {}"]);
});
