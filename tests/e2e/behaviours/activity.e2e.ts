import { describe, expect, test } from "vitest";
import { fewAtATime } from "../../account.ts";
import { newUser, type TaskView } from "../client.ts";
import { entriesOf } from "../wait.ts";

describe("activity", () => {
  test("within a second of its creation a task has exactly one created entry", async () => {
    const user = await newUser();
    const { body: task } = await user.create({ title: "Seen at once", tags: ["a"] });
    const [entry] = await entriesOf(user, { taskId: task.id, count: 1 });
    const { id, version, created_at, updated_at, ...taskData } = task;
    expect(entry).toMatchObject({
      task_id: id,
      user_id: user.id,
      event_type: "created",
      sequence: 1,
      source: "api",
      correlation_id: expect.stringMatching(/\S/),
      task_data: taskData,
    });
  });

  test("update, complete and delete each add their entry, sequences without a gap", async () => {
    const user = await newUser();
    const { body: task } = await user.create({ title: "A whole life" });
    const path = `/api/tasks/${task.id}`;
    const updated = await user.call<TaskView>("PATCH", path, { body: { title: "A changed life" } });
    expect(updated.status).toBe(200);
    expect((await user.call("POST", `${path}/complete`)).status).toBe(200);
    expect((await user.call("POST", `${path}/complete`)).status).toBe(200);
    expect((await user.call("DELETE", path)).status).toBe(204);

    const entries = await entriesOf(user, { taskId: task.id, count: 4 });
    expect(entries.map((entry) => [entry.sequence, entry.event_type])).toEqual([
      [1, "created"],
      [2, "updated"],
      [3, "completed"],
      [4, "deleted"],
    ]);
    expect(entries[1]?.task_data.title).toBe("A changed life");
    expect(entries[2]?.task_data.completed).toBe(true);
    expect(new Set(entries.map((entry) => entry.event_id)).size).toBe(4);
  });

  test("the log is paged newest first, each entry once", async () => {
    const user = await newUser();
    for (let index = 0; index < 7; index++) await user.create({ title: `Task ${index}` });
    await entriesOf(user, { count: 7 });
    const pages: number[][] = [];
    let cursor: string | null = "";
    while (cursor !== null && pages.length < 5) {
      const { status, body } = await user.activity(
        `?kind=task&limit=3${cursor && `&cursor=${cursor}`}`,
      );
      expect(status).toBe(200);
      pages.push(body.entries.map((entry) => entry.sequence));
      cursor = body.next;
    }
    expect(pages).toEqual([[7, 6, 5], [4, 3, 2], [1]]);
  });

  test("50 users creating 5 tasks each at once: one entry a task, in each user's order", async () => {
    const users = await fewAtATime(50, () => newUser());
    const created = await Promise.all(
      users.map((user) =>
        Promise.all(
          Array.from({ length: 5 }, (_, index) => user.create({ title: `Task ${index}` })),
        ),
      ),
    );
    await Promise.all(
      users.map(async (user, index) => {
        const entries = await entriesOf(user, { count: 5 });
        expect(entries.map((entry) => entry.sequence)).toEqual([1, 2, 3, 4, 5]);
        expect(entries.every((entry) => entry.event_type === "created")).toBe(true);
        const tasks = created[index]?.map((answer) => answer.body.id).sort();
        expect(entries.map((entry) => entry.task_id).sort()).toEqual(tasks);
      }),
    );
  });

  test("the log can be asked for a kind and a time, and says what is wrong with a question", async () => {
    const user = await newUser();
    const { body: early } = await user.create({ title: "Early" });
    const [first] = await entriesOf(user, { taskId: early.id, count: 1 });
    await new Promise((resolve) => setTimeout(resolve, 20));
    const between = new Date().toISOString();
    const { body: late } = await user.create({ title: "Late" });
    await entriesOf(user, { taskId: late.id, count: 1 });

    const tasksOf = async (filter: string) => {
      const { status, body } = await user.activity(`?kind=task&${filter}`);
      expect(status, JSON.stringify(body)).toBe(200);
      expect(body.entries.every(({ kind }) => kind === "task")).toBe(true);
      return body.entries.map(({ task_id }) => task_id);
    };
    expect(await tasksOf("")).toEqual([late.id, early.id]);
    expect(await tasksOf(`from=${between}`)).toEqual([late.id]);
    expect(await tasksOf(`to=${between}`)).toEqual([early.id]);
    expect(await tasksOf(`from=${first?.occurred_at}&to=${between}`)).toEqual([early.id]);
    for (const wrong of ["kind=mail", "kind=task,", "from=yesterday", "to=1"]) {
      expect((await user.activity(`?${wrong}`)).status, wrong).toBe(400);
    }
  });
});
