import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { taskLimits } from "#apps/contracts/tasks.ts";
import { createTestDatabase, type TestDatabase } from "#apps/kit/testing/database.ts";
import { createRandom, uuidOf } from "#apps/kit/testing/samples.ts";
import { bearerOf as bearerHeaderOf } from "../accounts/testing.ts";
import { createApp } from "../app.ts";
import * as tables from "../schema.ts";
import type { TaskView } from "../tasks.ts";
import { backendDeps } from "../testing/deps.ts";

const page = "https://todo.example";
const [alice, bob] = [uuidOf(900), uuidOf(901)];
const wake = vi.fn();
const get = vi.fn();
let database: TestDatabase;
let app: ReturnType<typeof createApp>;

beforeAll(async () => {
  database = await createTestDatabase(tables);
});
beforeEach(async () => {
  await database.clear();
  wake.mockClear();
  app = appWith("user=1000/60");
});
afterAll(() => database.close());

const appWith = (limits: string) =>
  createApp(
    backendDeps(database.database, {
      env: { RATE_LIMITS: limits, ALLOWED_ORIGINS: page },
      sidecar: { get, post: vi.fn(), publishBulk: vi.fn(), sendDeadLetter: vi.fn() },
      relay: { wake, backlog: vi.fn(), stop: vi.fn() },
    }),
  );

const bearerOf = async (userId: string) => ({
  Authorization: await bearerHeaderOf(database.database, userId),
});

/** The official client of a user; by default as it speaks to servers that it does not know. */
async function assistantOf(userId: string, mode: "auto" | "legacy" = "auto"): Promise<Client> {
  const client = new Client({ name: "a test", version: "1" }, { versionNegotiation: { mode } });
  await client.connect(
    new StreamableHTTPClientTransport(new URL("http://localhost/mcp"), {
      requestInit: { headers: await bearerOf(userId) },
      fetch: async (url, init) => app.request(new Request(url, init)),
    }),
  );
  return client;
}

/** What a tool answered; fails when it refused. */
async function use<Answer = TaskView>(client: Client, name: string, args: object): Promise<Answer> {
  const result = await client.callTool({ name, arguments: { ...args } });
  expect(result.isError, JSON.stringify(result.content)).toBeFalsy();
  const [text] = result.content as { text: string }[];
  expect(JSON.parse(text?.text ?? "")).toEqual(result.structuredContent);
  return result.structuredContent as Answer;
}

/** The words with which a tool refused; fails when it did not. */
async function refusalOf(client: Client, name: string, args: object): Promise<string> {
  const result = await client.callTool({ name, arguments: { ...args } });
  expect(result.isError, JSON.stringify(result.content)).toBe(true);
  return (result.content as { text: string }[])[0]?.text ?? "";
}

const post = async (body: string, headers: Record<string, string> = {}) =>
  app.request("/mcp", {
    method: "POST",
    headers: {
      ...(await bearerOf(alice)),
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      ...headers,
    },
    body,
  });

const due = new Date(Date.now() + 7 * 24 * 3_600_000).toISOString();

describe.each(["auto", "legacy"] as const)("an assistant (version: %s)", (mode) => {
  test("adds, finds, changes, completes and deletes a task", async () => {
    const client = await assistantOf(alice, mode);
    const added = await use(client, "add_task", { title: "  Buy milk ", tags: ["home"] });
    expect(added).toMatchObject({ title: "Buy milk", priority: "medium", version: 1 });
    const listed = await use<{ tasks: TaskView[] }>(client, "list_tasks", { tag: ["home"] });
    expect(listed.tasks).toEqual([added]);
    const task_id = added.id;
    expect(
      await use(client, "update_task", { task_id, priority: "high", expected_version: 1 }),
    ).toMatchObject({ title: "Buy milk", priority: "high", version: 2 });
    expect(await use(client, "complete_task", { task_id })).toMatchObject({ completed: true });
    expect(await use(client, "get_task", { task_id })).toMatchObject({ version: 3, reminders: [] });
    expect(await use(client, "delete_task", { task_id })).toEqual({ deleted_task_id: task_id });
    expect(await refusalOf(client, "get_task", { task_id })).toContain("list_tasks");
    await client.close();
  });

  test("is told what each tool takes, gives and does", async () => {
    const client = await assistantOf(alice, mode);
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual([
      ...["add_task", "list_tasks", "get_task", "update_task", "complete_task"],
      ...["delete_task", "set_reminder", "list_activity"],
    ]);
    for (const { name, description, inputSchema, outputSchema, annotations } of tools) {
      expect(description?.length, name).toBeGreaterThan(20);
      // Some models take no choice at the top of a schema.
      expect(inputSchema, name).toMatchObject({ type: "object", properties: expect.anything() });
      expect(Object.keys(inputSchema), name).not.toContain("oneOf");
      expect(outputSchema, name).toMatchObject({ type: "object" });
      expect(annotations?.readOnlyHint, name).toBe(/^(list|get)_/.test(name));
    }
    const titleOf = (name: string) =>
      tools.find((tool) => tool.name === name)?.inputSchema.properties?.title;
    expect(titleOf("add_task")).toMatchObject({ maxLength: taskLimits.titleLength });
    expect(titleOf("update_task")).toEqual(titleOf("add_task"));
    expect(client.getInstructions()).toContain("list_tasks");
    await client.close();
  });
});

describe("a change by an assistant", () => {
  test("is an event of the source chat, in the user's order, and wakes the relay", async () => {
    const client = await assistantOf(alice);
    const { id: task_id } = await use(client, "add_task", { title: "Told of" });
    await use(client, "complete_task", { task_id });
    const rows = await database.database.select().from(tables.outbox).orderBy(tables.outbox.id);
    const told = rows.filter(({ topic }) => topic === "task-events");
    expect(told.map(({ sequence, type }) => [sequence, type.split(".").at(-1)])).toEqual([
      [1, "created"],
      [2, "completed"],
    ]);
    for (const { data } of told) expect(data).toMatchObject({ metadata: { source: "chat" } });
    expect(wake).toHaveBeenCalledTimes(2);
  });

  test("that is refused changes nothing, and says what to do", async () => {
    const client = await assistantOf(alice);
    const { id: task_id } = await use(client, "add_task", { title: "Steady" });
    const before = (await database.database.select().from(tables.outbox)).length;
    const refusals: [name: string, args: object, says: RegExp][] = [
      ["add_task", { title: "" }, /title/],
      ["add_task", { title: "x", due: "tomorrow" }, /due/],
      ["add_task", { title: "x", due_date: "tomorrow" }, /due_date/],
      ["add_task", { title: "x", recurring: { rule: "FREQ=DAILY", time_zone: "UTC" } }, /due_date/],
      ["update_task", { task_id }, /at least one field/],
      ["update_task", { task_id, title: "y", expected_version: 7 }, /version 1.*get_task/],
      ["complete_task", { task_id: "the first one" }, /task_id/],
      ["complete_task", { task_id: uuidOf(7) }, /no task .*list_tasks/],
      ["set_reminder", { task_id, reminder: { type: "1_hour_before" } }, /due date/],
      ["list_tasks", { cursor: "abc" }, /cursor/],
    ];
    for (const [name, args, says] of refusals) {
      expect(await refusalOf(client, name, args)).toMatch(says);
    }
    expect(await database.database.select().from(tables.outbox)).toHaveLength(before);
  });

  test("of another user's task finds nothing, by whichever tool", async () => {
    const [owner, stranger] = [await assistantOf(alice), await assistantOf(bob)];
    const task = await use(owner, "add_task", { title: "Private", due_date: due });
    const task_id = task.id;
    const attempts: [string, object][] = [
      ["get_task", { task_id }],
      ["update_task", { task_id, title: "Taken" }],
      ["complete_task", { task_id }],
      ["delete_task", { task_id }],
      ["set_reminder", { task_id, reminder: { type: "1_hour_before" } }],
    ];
    for (const [name, args] of attempts) {
      expect(await refusalOf(stranger, name, args)).toContain(`no task ${task_id}`);
    }
    expect((await use<{ tasks: [] }>(stranger, "list_tasks", {})).tasks).toEqual([]);
    expect(await use(owner, "get_task", { task_id })).toEqual({ ...task, reminders: [] });
  });
});

describe("a reminder by an assistant", () => {
  test("comes beside those that are there, once, up to ten", async () => {
    const client = await assistantOf(alice);
    const { id: task_id } = await use(client, "add_task", { title: "Remind", due_date: due });
    const remind = (reminder: object) =>
      use<{ reminders: object[] }>(client, "set_reminder", { task_id, reminder });
    await remind({ type: "1_hour_before" });
    await remind({ type: "1_day_before" });
    const { reminders } = await remind({ type: "1_hour_before" });
    expect(reminders).toMatchObject([{ type: "1_day_before" }, { type: "1_hour_before" }]);
    expect(await use(client, "get_task", { task_id })).toMatchObject({ reminders });
    const at = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
    for (let count = 3; count <= 10; count++) {
      await remind({ type: "custom", remind_at: at(count) });
    }
    const one = { task_id, reminder: { type: "custom", remind_at: at(60) } };
    expect(await refusalOf(client, "set_reminder", one)).toContain("10 reminders");
  });
});

test("what cannot be read now is said without what is behind it, and may be tried again", async () => {
  const client = await assistantOf(alice);
  get.mockRejectedValueOnce(new Error("connect ECONNREFUSED 10.1.2.3:5432 of secret_table"));
  const words = await refusalOf(client, "list_activity", {});
  expect(words).not.toMatch(/10\.1|secret/);
  get.mockResolvedValueOnce({ entries: [], next: null });
  expect(await use(client, "list_activity", { limit: 5 })).toEqual({ entries: [], next: null });
  expect(get).toHaveBeenLastCalledWith("audit", "/activity", expect.anything());
  expect(String(get.mock.lastCall?.[2])).toBe(`user_id=${alice}&limit=5`);
});

describe("the endpoint", () => {
  const ping = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "ping" });

  test("wants a token", async () => {
    for (const headers of [{}, { authorization: "Bearer garbage" }]) {
      const response = await app.request("/mcp", { method: "POST", body: ping, headers });
      expect(response.status).toBe(401);
      expect(response.headers.get("www-authenticate")).toContain("Bearer");
    }
  });

  test("takes the session of a program as its token, until it signs out", async () => {
    const call = (path: string, headers: Record<string, string>, body?: object) =>
      app.request(path, {
        ...{ method: "POST", headers: { "content-type": "application/json", ...headers } },
        ...(body && { body: JSON.stringify(body) }),
      });
    const account = { name: "Carol", email: "carol@todo.example", password: "a long password" };
    const made = await call("/api/auth/sign-up/email", {}, account);
    const bearer = { Authorization: `Bearer ${made.headers.get("set-auth-token")}` };
    expect((await post(ping, bearer)).status).toBe(200);
    expect((await call("/api/auth/sign-out", bearer)).status).toBe(200);
    expect((await post(ping, bearer)).status).toBe(401);
  });

  test("refuses pages and names that are not ours, and knows those that are", async () => {
    for (const headers of [
      { origin: "https://evil.example" },
      { origin: "null" },
      { host: "rebound.example" },
      { host: "rebound.example:18000", origin: page },
    ]) {
      expect((await post(ping, headers)).status, JSON.stringify(headers)).toBe(403);
    }
    for (const headers of [
      { origin: page, host: "todo.example" },
      { host: "127.0.0.1:18000" },
      { host: "[::1]:18000" },
      { host: "localhost" },
    ]) {
      expect((await post(ping, headers)).status, JSON.stringify(headers)).toBe(200);
    }
  });

  test("counts every request, and takes no batch that would count as one", async () => {
    app = appWith("user=2/60");
    expect((await post(ping)).status).toBe(200);
    const batch = await post(`[${ping},${ping}]`);
    expect(batch.status).toBe(400);
    expect(await batch.json()).toMatchObject({ jsonrpc: "2.0", error: { code: -32_600 } });
    const refused = await post(ping);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
  });

  test("keeps no session and streams nothing", async () => {
    const headers = { ...(await bearerOf(alice)), accept: "text/event-stream" };
    for (const method of ["GET", "DELETE", "PUT"]) {
      const response = await app.request("/mcp", { method, headers });
      expect([response.status, response.headers.get("allow")]).toEqual([405, "POST"]);
    }
    const answered = await post(ping);
    expect(answered.headers.get("mcp-session-id")).toBeNull();
    expect(answered.headers.get("x-request-id")).toBeTruthy();
  });

  test("answers garbage with an error of JSON-RPC, never with a fault of ours", async () => {
    const random = createRandom(7);
    const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
    const odd = [null, 0, -1, 1e308, "", "\u0000", "\ud800", [], {}, true, "a".repeat(1_000)];
    const names = ["add_task", "get_task", "constructor", "__proto__", "", 7, null];
    const texts = ["", "{", "null", "7", '"x"', "[]", "{}", "[".repeat(50_000)];
    for (let count = 0; count < 300; count++) {
      const message: Record<string, unknown> = {
        jsonrpc: pick(["2.0", "2.0", "2.0", "1.0", null]),
        id: pick([1, "a", null, 1.5, {}, []]),
        method: pick(["tools/call", "tools/call", "initialize", "tools/list", "no/such", 7]),
        params: pick([
          { name: pick(names), arguments: pick(odd) },
          { name: "add_task", arguments: { title: pick(odd), tags: pick(odd) } },
          { name: "update_task", arguments: { task_id: pick(odd), due_date: pick(odd) } },
          { protocolVersion: pick(odd), capabilities: pick(odd), _meta: pick(odd) },
          pick(odd),
        ]),
      };
      delete message[pick(["none", "jsonrpc", "id", "method", "params"])];
      texts.push(JSON.stringify(message));
    }
    for (const text of texts) {
      const headers = pick<Record<string, string>>([
        {},
        { "mcp-protocol-version": "2026-07-28" },
        { "mcp-protocol-version": "nonsense", "mcp-method": "tools/call" },
      ]);
      const response = await post(text, headers);
      const answer = await response.text();
      expect(response.status, `${text.slice(0, 300)} → ${answer}`).toBeLessThan(500);
      if (response.status >= 400) {
        expect(JSON.parse(answer)).toMatchObject({
          jsonrpc: "2.0",
          error: { message: expect.any(String) },
        });
      }
    }
  });
});
