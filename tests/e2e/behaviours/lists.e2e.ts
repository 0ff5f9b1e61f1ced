import { beforeAll, describe, expect, test } from "vitest";
import { expectProblem, newUser, type TaskView, type User } from "../client.ts";

type Page = { tasks: TaskView[]; sequence: number; next: string | null };

describe("lists", () => {
  let user: User;
  const titles = async (query: string) => {
    const { status, body } = await user.call<Page>("GET", `/api/tasks?${query}`);
    expect(status, JSON.stringify(body)).toBe(200);
    return body.tasks.map(({ title }) => title);
  };

  beforeAll(async () => {
    user = await newUser();
    await user.create({ title: "Buy milk", tags: ["shop", "home"], priority: "high" });
    await user.create({ title: "Call Zoë", description: "milk", due_date: "2031-01-02T00:00:00Z" });
    await user.create({ title: "Pay rent", tags: ["home"], due_date: "2031-01-01T00:00:00Z" });
    const { body } = await user.create({ title: "Done", priority: "low" });
    await user.call("POST", `/api/tasks/${body.id}/complete`);
  });

  test.for([
    ["status=open", ["Pay rent", "Call Zoë", "Buy milk"]],
    ["status=completed", ["Done"]],
    ["priority=high&priority=low", ["Done", "Buy milk"]],
    ["tag=home", ["Pay rent", "Buy milk"]],
    ["tag=home&tag=shop", ["Buy milk"]],
    ["due_from=2031-01-01T00:00:00Z&due_before=2031-01-02T00:00:00Z", ["Pay rent"]],
    ["q=MILK", ["Call Zoë", "Buy milk"]],
    ["q=milk+-buy", ["Call Zoë"]],
    ["sort=due&status=open", ["Pay rent", "Call Zoë", "Buy milk"]],
    ["sort=-priority", ["Buy milk", "Pay rent", "Call Zoë", "Done"]],
    ["sort=-updated&limit=1", ["Done"]],
    ["sort=created&limit=1", ["Buy milk"]],
  ] as const)("%s lists %j", async ([query, expected]) => {
    expect(await titles(query)).toEqual(expected);
  });

  test("a change is in every list as soon as it is acknowledged, many times in a row", async () => {
    const { body: task } = await user.create({ title: "Version 1 zebra" });
    for (let version = 2; version < 30; version++) {
      const title = `Version ${version} zebra`;
      await user.call("PATCH", `/api/tasks/${task.id}`, { body: { title } });
      expect(await titles("q=zebra")).toEqual([title]);
    }
    await user.call("DELETE", `/api/tasks/${task.id}`);
    expect(await titles("q=zebra")).toEqual([]);
  });

  test("a cursor is good for its own filters and sort only", async () => {
    const { body } = await user.call<Page>("GET", "/api/tasks?sort=due&limit=1");
    const with_ = (query: string) => user.call("GET", `/api/tasks?${query}&cursor=${body.next}`);
    expect((await with_("sort=due&limit=50")).status).toBe(200);
    expectProblem(await with_("sort=-due"), 400);
    expectProblem(await with_("sort=due&status=open"), 400);
  });

  test("another user's text is found by nobody", async () => {
    const stranger = await newUser();
    const { body } = await stranger.call<Page>("GET", "/api/tasks?q=milk");
    expect(body.tasks).toEqual([]);
  });

  test.for(["stauts=open", "limit=0", "sort=title", "q=%00", "tag=%00", "due_from=soon"])(
    "the query %s is refused by name",
    async (query) => {
      const answer = await user.call("GET", `/api/tasks?${query}`);
      expectProblem(answer, 400);
      expect(JSON.stringify(answer.body)).toContain(query.split("=")[0]);
    },
  );

  test("a task is completed and opened again by PATCH", async () => {
    const { body: task } = await user.create({ title: "There and back" });
    const set = (completed: boolean) =>
      user.call<TaskView>("PATCH", `/api/tasks/${task.id}`, { body: { completed } });
    expect((await set(true)).body).toMatchObject({ completed: true, version: 2 });
    expect((await set(false)).body).toMatchObject({ completed: false, version: 3 });
    await user.call("DELETE", `/api/tasks/${task.id}`);
  });
});
