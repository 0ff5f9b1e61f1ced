import { describe, expect, test } from "vitest";
import { id, timestamp } from "#apps/contracts/tasks.ts";
import { expectProblem, newUser, type TaskView } from "../client.ts";

type Page = { tasks: TaskView[]; sequence: number; next: string | null };

describe("tasks", () => {
  test("a created task is answered whole, and read again the same", async () => {
    const user = await newUser();
    const written = {
      title: "Water the plants",
      description: "both balconies",
      priority: "high",
      tags: ["home", "green"],
      due_date: "2031-02-03T04:05:06.000Z",
    };
    const created = await user.create(written);
    expect(created.body).toMatchObject({
      ...written,
      completed: false,
      recurring: null,
      version: 1,
    });
    expect(id.safeParse(created.body.id).success).toBe(true);
    expect(timestamp.safeParse(created.body.created_at).success).toBe(true);
    expect(created.headers.get("etag")).toBe('"1"');
    const location = created.headers.get("location") ?? "";
    expect(location).toBe(`/api/tasks/${created.body.id}`);

    const read = await user.call<TaskView>("GET", location);
    expect(read.status).toBe(200);
    expect(read.headers.get("etag")).toBe('"1"');
    expect(read.body).toEqual(created.body);
  });

  test("a title alone is enough, the rest has defaults", async () => {
    const { body } = await (await newUser()).create({ title: "Just this" });
    expect(body).toMatchObject({ description: "", priority: "medium", tags: [], due_date: null });
  });

  test("text of every script, combined and right to left, comes back as written", async () => {
    const user = await newUser();
    const title = "買い物 🛒 für Zoë: e\u0301clair 👩‍👩‍👧 שלום \"'<b>\\";
    const tags = ["ταξίδι", "🎉", "a,b"];
    const { body } = await user.create({ title, description: `${title}\n\t${title}`, tags });
    const read = await user.call<TaskView>("GET", `/api/tasks/${body.id}`);
    expect(read.body).toMatchObject({ title, tags, description: `${title}\n\t${title}` });
  });

  test("an update changes what it names and nothing else", async () => {
    const user = await newUser();
    const { body: before } = await user.create({ title: "Before", tags: ["kept"] });
    const updated = await user.call<TaskView>("PATCH", `/api/tasks/${before.id}`, {
      body: { title: "After", priority: "low" },
    });
    expect(updated.status).toBe(200);
    expect(updated.headers.get("etag")).toBe('"2"');
    expect(updated.body).toMatchObject({
      ...before,
      title: "After",
      priority: "low",
      version: 2,
      updated_at: expect.any(String),
    });
  });

  test("an update that names an old version is refused with 412 and changes nothing", async () => {
    const user = await newUser();
    const { body: task } = await user.create({ title: "First" });
    const path = `/api/tasks/${task.id}`;
    const change = (title: string, version: string) =>
      user.call<TaskView>("PATCH", path, { body: { title }, headers: { "If-Match": version } });
    expect((await change("Second", '"1"')).status).toBe(200);
    expectProblem(await change("Lost", '"1"'), 412);
    const read = await user.call<TaskView>("GET", path);
    expect(read.body).toMatchObject({ title: "Second", version: 2 });
  });

  test("of twenty updates at one version exactly one wins", async () => {
    const user = await newUser();
    const { body: task } = await user.create({ title: "Contended" });
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        user.call("PATCH", `/api/tasks/${task.id}`, {
          body: { title: `Writer ${index}` },
          headers: { "If-Match": '"1"' },
        }),
      ),
    );
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([200, ...Array.from({ length: 19 }, () => 412)]);
  });

  test("completing twice changes nothing the second time", async () => {
    const user = await newUser();
    const { body: task } = await user.create({ title: "Done soon" });
    const path = `/api/tasks/${task.id}/complete`;
    const first = await user.call<TaskView>("POST", path);
    const second = await user.call<TaskView>("POST", path);
    expect(first.status).toBe(200);
    expect(first.body).toMatchObject({ completed: true, version: 2 });
    expect(second.status).toBe(200);
    expect(second.body).toEqual(first.body);
  });

  test("a deleted task is gone for every call", async () => {
    const user = await newUser();
    const { body: task } = await user.create({ title: "Short-lived" });
    const path = `/api/tasks/${task.id}`;
    const deleted = await user.call("DELETE", path);
    expect(deleted.status).toBe(204);
    expect(deleted.body).toBeUndefined();
    expectProblem(await user.call("GET", path), 404);
    expectProblem(await user.call("PATCH", path, { body: { title: "Back" } }), 404);
    expectProblem(await user.call("POST", `${path}/complete`), 404);
    expectProblem(await user.call("DELETE", path), 404);
    expect((await user.call<Page>("GET", "/api/tasks")).body.tasks).toEqual([]);
  });

  test("paging through 25 tasks by 10 gives each once, newest first", async () => {
    const user = await newUser();
    const created: string[] = [];
    for (let index = 0; index < 25; index++) {
      created.push((await user.create({ title: `Task ${index}` })).body.id);
    }
    const pages: string[][] = [];
    let cursor: string | null = "";
    while (cursor !== null && pages.length < 5) {
      const query: string = cursor ? `&cursor=${cursor}` : "";
      const page = await user.call<Page>("GET", `/api/tasks?limit=10${query}`);
      expect(page.status).toBe(200);
      expect(page.body.sequence).toBe(25);
      pages.push(page.body.tasks.map((task) => task.id));
      cursor = page.body.next;
    }
    expect(pages.map((page) => page.length)).toEqual([10, 10, 5]);
    expect(pages.flat()).toEqual(created.reverse());
  });
});
