import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { newUser, type TaskView, type User } from "../client.ts";
import { arrivalMs, entriesOf } from "../wait.ts";

const daily = { rule: "FREQ=DAILY", time_zone: "Europe/Berlin" };

async function tasksOf(user: User): Promise<TaskView[]> {
  const listed = await user.call<{ tasks: TaskView[] }>("GET", "/api/tasks");
  expect(listed.status).toBe(200);
  return [...listed.body.tasks].sort((one, other) => (one.id < other.id ? -1 : 1));
}

/** The tasks of a user as soon as there are so many of them. */
async function tasksWhen(user: User, count: number, withinMs = arrivalMs): Promise<TaskView[]> {
  const giveUpAt = Date.now() + withinMs;
  for (;;) {
    const tasks = await tasksOf(user);
    if (tasks.length >= count || Date.now() > giveUpAt) {
      expect(tasks).toHaveLength(count);
      return tasks;
    }
    await sleep(100);
  }
}

describe("a recurring task", () => {
  test("that is completed is followed by the next, at the same time of the clocks there", async () => {
    const user = await newUser();
    const { body: task } = await user.create({
      ...{ title: "Water the plants", description: "All", priority: "high", tags: ["home"] },
      ...{ due_date: "2026-03-28T08:00:00.000Z", recurring: daily },
    });
    expect((await user.call("POST", `/api/tasks/${task.id}/complete`)).status).toBe(200);
    const [first, second] = await tasksWhen(user, 2);
    expect(first).toMatchObject({ id: task.id, completed: true });
    const { id: _, version: __, created_at: ___, updated_at: ____, ...data } = task;
    expect(second).toMatchObject({
      ...data,
      completed: false,
      version: 1,
      due_date: "2026-03-29T07:00:00.000Z",
    });
    const [created] = await entriesOf(user, {
      taskId: second?.id ?? "",
      count: 1,
    });
    expect(created).toMatchObject({ event_type: "created", source: "recurring" });
  });

  test("that is opened and completed again has one next all the same", async () => {
    const user = await newUser();
    const { body: task } = await user.create({
      ...{ title: "Only once", due_date: "2026-05-01T08:00:00.000Z", recurring: daily },
    });
    const path = `/api/tasks/${task.id}`;
    expect((await user.call("POST", `${path}/complete`)).status).toBe(200);
    await tasksWhen(user, 2);
    const reopened = await user.call("PATCH", path, { body: { completed: false } });
    expect(reopened.status, JSON.stringify(reopened.body)).toBe(200);
    expect((await user.call("POST", `${path}/complete`)).status).toBe(200);
    // Long after its event is through: all three changes of the task are in the log.
    await entriesOf(user, { taskId: task.id, count: 4 });
    await sleep(1_500);
    await tasksWhen(user, 2);
  });

  test("ends after as many as its rule says", async () => {
    const user = await newUser();
    const recurring = { ...daily, rule: "FREQ=WEEKLY;COUNT=2" };
    const due_date = "2026-05-01T08:00:00.000Z";
    const { body: task } = await user.create({ title: "Twice", due_date, recurring });
    await user.call("POST", `/api/tasks/${task.id}/complete`);
    const [, second] = await tasksWhen(user, 2);
    expect(second?.due_date).toBe("2026-05-08T08:00:00.000Z");
    await user.call("POST", `/api/tasks/${second?.id}/complete`);
    await entriesOf(user, { taskId: second?.id ?? "", count: 2 });
    await sleep(1_500);
    await tasksWhen(user, 2);
  });
});
