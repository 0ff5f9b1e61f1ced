import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { assistantOf } from "../assistant.ts";
import { call, expectProblem, newUser, type TaskView } from "../client.ts";
import { entriesOf } from "../wait.ts";

type Listed = { readonly tasks: TaskView[] };

const soon = () => new Date(Date.now() + 3 * 24 * 3_600_000).toISOString();

describe("an assistant", () => {
  test("works on the tasks that its user sees, and the log tells that it was the assistant", async () => {
    const user = await newUser();
    const { use } = await assistantOf(user);
    const added = await use<TaskView>("add_task", { title: "Water the plants", tags: ["home"] });
    const task_id = added.id;
    expect((await user.call("GET", `/api/tasks/${task_id}`)).body).toEqual(added);
    await use("update_task", { task_id, priority: "high", due_date: soon() });
    await user.call("PATCH", `/api/tasks/${task_id}`, { body: { description: "by the user" } });
    expect(await use<Listed>("list_tasks", { tag: ["home"] })).toMatchObject({
      tasks: [{ id: task_id, priority: "high", description: "by the user", version: 3 }],
    });
    expect(await use("complete_task", { task_id })).toMatchObject({ completed: true, version: 4 });
    expect(await use("delete_task", { task_id })).toEqual({ deleted_task_id: task_id });
    expectProblem(await user.call("GET", `/api/tasks/${task_id}`), 404);

    const entries = await entriesOf(user, { taskId: task_id, count: 5 });
    expect(entries.map(({ event_type, source }) => `${event_type} by ${source}`)).toEqual([
      "created by chat",
      "updated by chat",
      "updated by api",
      "completed by chat",
      "deleted by chat",
    ]);
    const told = await use<{ entries: object[] }>("list_activity", { task_id, limit: 1 });
    expect(told.entries).toMatchObject([{ event_type: "deleted", source: "chat" }]);
  });

  test("sets reminders beside those that are there", async () => {
    const user = await newUser();
    const { use, refusalOf } = await assistantOf(user);
    const { body: task } = await user.create({ title: "With a date", due_date: soon() });
    const path = `/api/tasks/${task.id}/reminders`;
    await user.call("PUT", path, { body: { reminders: [{ type: "1_day_before" }] } });
    const set = { task_id: task.id, reminder: { type: "1_hour_before" } };
    await use("set_reminder", set);
    const { reminders } = await use<{ reminders: object[] }>("set_reminder", set);
    expect(reminders).toMatchObject([{ type: "1_day_before" }, { type: "1_hour_before" }]);
    expect((await user.call("GET", path)).body).toEqual({ reminders });
    const { id: task_id } = await use<TaskView>("add_task", { title: "Without one" });
    expect(await refusalOf("set_reminder", { ...set, task_id })).toContain("due date");
  });

  test("finds another user's task by no tool, and changes nothing of it", async () => {
    const [owner, stranger] = [await newUser(), await newUser()];
    const { body: task } = await owner.create({ title: "Private", due_date: soon() });
    const task_id = task.id;
    const { use, refusalOf } = await assistantOf(stranger);
    for (const [name, more] of [
      ["get_task", {}],
      ["update_task", { title: "Taken" }],
      ["complete_task", {}],
      ["delete_task", {}],
      ["set_reminder", { reminder: { type: "1_hour_before" } }],
    ] as const) {
      expect(await refusalOf(name, { task_id, ...more })).toContain(`no task ${task_id}`);
    }
    expect((await use<Listed>("list_tasks")).tasks).toEqual([]);
    await entriesOf(owner, { taskId: task_id, count: 1 });
    expect(await use("list_activity", { task_id, kind: "task" })).toMatchObject({ entries: [] });
    expect((await owner.call("GET", `/api/tasks/${task_id}`)).body).toEqual(task);
  });

  test("is told what was wrong and what to do about it", async () => {
    const { refusalOf, client } = await assistantOf(await newUser());
    expect(await refusalOf("add_task", { title: "" })).toContain("title");
    expect(await refusalOf("complete_task", { task_id: randomUUID() })).toContain("list_tasks");
    await expect(client.callTool({ name: "drop_tables" })).rejects.toThrow("drop_tables");
  });
});

describe("/mcp", () => {
  const ping = { jsonrpc: "2.0", id: 1, method: "ping" };
  const headers = { Accept: "application/json, text/event-stream" };

  test("without a token is 401, and with a page's strange origin 403", async () => {
    const refused = await call("POST", "/mcp", { body: ping, headers });
    expectProblem(refused, 401);
    expect(refused.headers.get("www-authenticate")).toContain("Bearer");
    const user = await newUser();
    const evil = { ...headers, Origin: "https://evil.example" };
    expectProblem(await user.call("POST", "/mcp", { body: ping, headers: evil }), 403);
  });

  test.for([
    ["that is not JSON", "{", 400, -32_700],
    ["that is no message", "7", 400, expect.any(Number)],
    ["of many messages", [ping, ping], 400, -32_600],
  ] as const)("a body %s is an error of JSON-RPC", async ([, body, status, code]) => {
    const user = await newUser();
    const answer = await user.call("POST", "/mcp", { body, headers });
    expect([answer.status, answer.body]).toEqual([
      status,
      expect.objectContaining({ jsonrpc: "2.0", error: expect.objectContaining({ code }) }),
    ]);
  });

  test("has limits: of a body, and of requests, which count as those of the API", async ({
    skip,
  }) => {
    const user = await newUser();
    const body = { ...ping, params: { filler: "x".repeat(1_100_000) } };
    expectProblem(await user.call("POST", "/mcp", { body, headers }), 413);
    const answer = await user.call("POST", "/mcp", { body: ping, headers });
    if (!answer.headers.has("ratelimit-policy")) skip("lifted here by configuration");
    const policy = (await user.call("GET", "/api/tasks")).headers.get("ratelimit-policy");
    expect(answer.headers.get("ratelimit-policy")).toBe(policy);
  });
});
