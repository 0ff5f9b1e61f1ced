import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { services } from "#apps/contracts/services.ts";
import { AwayError } from "#apps/kit/database/away.ts";
import { createOutbox } from "#apps/kit/events/outbox.ts";
import { createMetrics } from "#apps/kit/http/metrics.ts";
import { createTestDatabase, type TestDatabase } from "#apps/kit/testing/database.ts";
import { samples, silentLog, uuidOf } from "#apps/kit/testing/samples.ts";
import { bearerOf } from "../accounts/testing.ts";
import { createApp } from "../app.ts";
import * as tables from "../schema.ts";
import { backendDeps } from "../testing/deps.ts";
import { createFiring, createReminderMetrics } from "./firing.ts";
import { listNotification } from "./notifications.ts";
import { createReminderScheduler } from "./scheduler.ts";
import { createReminderStore } from "./store.ts";

const alice = uuidOf(900);
const hourMs = 3_600_000;
const inHours = (hours: number) => new Date(Date.now() + hours * hourMs);

let base: TestDatabase;
let authorization: string;
const schedule = vi.fn(async (_name: string, _at: Date, _data: object) => {});
const remove = vi.fn(async (_name: string) => {});
const wake = vi.fn();

beforeAll(async () => {
  base = await createTestDatabase(tables);
});
beforeEach(async () => {
  await base.clear();
  vi.clearAllMocks();
  authorization = await bearerOf(base.database, alice);
});
afterAll(() => base.close());

const app = () =>
  createApp(
    backendDeps(base.database, {
      env: { ALLOWED_ORIGINS: "" },
      jobs: { schedule, delete: remove },
      relay: { wake, backlog: vi.fn(), stop: vi.fn() },
    }),
  );

/** A replica: what the sidecar of one process calls. */
const replica = () => {
  const store = createReminderStore(base.database, createOutbox(services.backend));
  const scheduler = createReminderScheduler(base.database, { schedule, delete: remove }, silentLog);
  const metrics = createReminderMetrics(createMetrics("test").registry);
  return { ...createFiring({ store, scheduler, metrics, wake }), scheduler, metrics };
};
const sweep = (one = replica()) => one.schedules["reminder-sweep"]({ log: silentLog });

const send = async (method: string, path: string, body?: unknown) => {
  const response = await app().request(path, {
    method,
    headers: { authorization },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text ? JSON.parse(text) : undefined };
};

const newTask = async (dueInHours: number | null = 48): Promise<string> => {
  const due_date = dueInHours === null ? null : inHours(dueInHours).toISOString();
  const { status, body } = await send("POST", "/api/tasks", { title: "Call home", due_date });
  expect(status, JSON.stringify(body)).toBe(201);
  return body.id;
};
const put = (taskId: string, ...reminders: object[]) =>
  send("PUT", `/api/tasks/${taskId}/reminders`, { reminders });
const custom = (hours: number) => ({ type: "custom", remind_at: inHours(hours).toISOString() });
const rows = () => base.database.select().from(tables.reminders).orderBy(tables.reminders.id);
const events = async () =>
  (await base.database.select().from(tables.outbox).orderBy(tables.outbox.id)).filter(
    ({ topic }) => topic === "reminders",
  );
/** As if so much time had passed for every reminder. */
const passed = (at: Date) =>
  base.database.update(tables.reminders).set({ remindAt: at, setAt: at });

describe("the reminders of a task", () => {
  test("are replaced as a whole, and those that stay are the same", async () => {
    const task = await newTask();
    const first = await put(task, { type: "1_hour_before" }, custom(2));
    expect(first.status).toBe(200);
    expect(first.body.reminders).toMatchObject([
      { type: "custom", status: "pending" },
      { type: "1_hour_before", status: "pending" },
    ]);
    const second = await put(task, { type: "1_hour_before" }, { type: "1_day_before" });
    expect(second.body.reminders.map(({ type }: { type: string }) => type)).toEqual([
      ...["1_day_before", "1_hour_before"],
    ]);
    expect(second.body.reminders[1].id).toBe(first.body.reminders[1].id);
    expect((await send("GET", `/api/tasks/${task}/reminders`)).body).toEqual(second.body);
    expect((await put(task)).body).toEqual({ reminders: [] });
  });

  test("a day before is counted in the zone that is named", async () => {
    const due_date = "2031-03-30T07:00:00.000Z";
    const { body } = await send("POST", "/api/tasks", { title: "Spring", due_date });
    const answer = await put(body.id, { type: "1_day_before", time_zone: "Europe/Berlin" });
    // Summer time begins on 30 March 2031: 09:00 of the day before is 23 hours earlier.
    expect(answer.body.reminders).toMatchObject([{ remind_at: "2031-03-29T08:00:00.000Z" }]);
  });

  test.each<[string, number | null, object, number, string]>([
    ["a time that has passed", 48, custom(-1), 400, "has passed"],
    ["an hour before what is due sooner", 0.5, { type: "1_hour_before" }, 400, "has passed"],
    ["a task without a due date", null, { type: "1_hour_before" }, 409, "due date"],
    ["an unknown kind", 48, { type: "2_days_before" }, 400, "reminders.0"],
    ["no zone of the world", 48, { type: "1_day_before", time_zone: "Mars" }, 400, "time_zone"],
    [
      "a time without its zone",
      48,
      { type: "custom", remind_at: "2031-01-01T00:00:00" },
      400,
      "remind_at",
    ],
  ])("refuse %s", async (_, due, wanted, status, says) => {
    const answer = await put(await newTask(due), wanted);
    expect(answer.status).toBe(status);
    expect(answer.body.detail).toContain(says);
    expect(await rows()).toEqual([]);
  });

  test("refuse one that is named twice, and one too many", async () => {
    const task = await newTask();
    const twice = await put(task, { type: "1_hour_before" }, { type: "1_hour_before" });
    expect(twice.status).toBe(400);
    const many = Array.from({ length: 11 }, (_, index) => custom(index + 1));
    expect((await put(task, ...many)).status).toBe(400);
  });

  test("of another user are not there", async () => {
    const task = await newTask();
    await put(task, { type: "1_hour_before" });
    await base.database.update(tables.tasks).set({ userId: uuidOf(9) });
    expect((await put(task)).status).toBe(404);
    expect((await send("GET", `/api/tasks/${task}/reminders`)).status).toBe(404);
    expect(await rows()).toHaveLength(1);
  });
});

describe("a change of the task", () => {
  test("of the due date moves its reminder and the job", async () => {
    const task = await newTask(48);
    await put(task, { type: "1_hour_before" });
    const [before] = await rows();
    const due = inHours(72);
    await send("PATCH", `/api/tasks/${task}`, { due_date: due.toISOString() });
    const [after] = await rows();
    expect(after?.id).toBe(before?.id);
    expect(after?.remindAt).toEqual(new Date(due.getTime() - hourMs));
    await replica().scheduler.run();
    expect(schedule).toHaveBeenLastCalledWith(`reminder-${after?.id}`, after?.remindAt, {
      remind_at: after?.remindAt.toISOString(),
    });
  });

  test("to completed cancels them, and nothing fires", async () => {
    const task = await newTask();
    await put(task, { type: "1_hour_before" });
    await send("POST", `/api/tasks/${task}/complete`);
    expect(await rows()).toMatchObject([{ status: "cancelled" }]);
    await passed(inHours(-1));
    await sweep();
    expect(await events()).toEqual([]);
    expect((await put(task, custom(1))).status).toBe(409);
  });

  test("that takes the due date away cancels, and one that gives it back restores", async () => {
    const task = await newTask();
    await put(task, { type: "1_hour_before" });
    await send("PATCH", `/api/tasks/${task}`, { due_date: null });
    expect(await rows()).toMatchObject([{ status: "cancelled" }]);
    await send("PATCH", `/api/tasks/${task}`, { due_date: inHours(9).toISOString() });
    expect(await rows()).toMatchObject([{ status: "pending" }]);
  });

  test("that deletes it takes them with it", async () => {
    const task = await newTask();
    await put(task, { type: "1_hour_before" });
    await send("DELETE", `/api/tasks/${task}`);
    expect(await rows()).toEqual([]);
  });

  test("to a later due date after it was sent makes a new one, that fires once too", async () => {
    const task = await newTask();
    await put(task, { type: "1_hour_before" });
    await passed(inHours(-1));
    await sweep();
    const [first] = await rows();
    await send("PATCH", `/api/tasks/${task}`, { due_date: inHours(90).toISOString() });
    const [second] = await rows();
    expect(second).toMatchObject({ status: "pending", type: "1_hour_before" });
    expect(second?.id).not.toBe(first?.id);
  });
});

test("the next task of a series is reminded of as the one before, by its own due date", async () => {
  const recurring = { rule: "FREQ=DAILY", time_zone: "UTC", series_id: uuidOf(70) };
  const first = await newTask(48);
  await base.database.update(tables.tasks).set({ recurring });
  await put(first, { type: "1_hour_before" }, { type: "1_day_before" }, custom(2));
  await send("POST", `/api/tasks/${first}/complete`);
  const [row] = await base.database.select().from(tables.tasks);
  if (!row) throw new Error("no task");
  // Due in twelve hours: a day before has passed, and is left out.
  const next = { ...row, id: uuidOf(71), completed: false, dueDate: inHours(12) };
  await base.database.insert(tables.tasks).values(next);
  const store = createReminderStore(base.database, createOutbox(services.backend));
  expect(await store.inherit(base.database, next, row.id)).toBe(true);
  expect(await store.list(alice, next.id)).toMatchObject([
    {
      type: "1_hour_before",
      status: "pending",
      remindAt: new Date(next.dueDate.getTime() - hourMs),
    },
  ]);
  const lone = { ...next, id: uuidOf(72), recurring: { ...recurring, series_id: uuidOf(73) } };
  expect(await store.inherit(base.database, lone, row.id)).toBe(false);
});

describe("firing", () => {
  const pending = async () => {
    await put(await newTask(), { type: "1_hour_before" });
    const [row] = await rows();
    if (!row) throw new Error("no reminder");
    return row;
  };
  const job = (name: string, data: unknown) => replica().job(name, data, { log: silentLog });

  test("by its job tells of it once, however often the job calls", async () => {
    const row = await pending();
    const data = { remind_at: row.remindAt.toISOString() };
    await job(`reminder-${row.id}`, data);
    await job(`reminder-${row.id}`, data);
    expect(await events()).toMatchObject([
      {
        ...{ type: "com.todo.reminder.due", subject: row.id, sequence: 1, userId: alice },
        data: { reminder_id: row.id, title: "Call home", reminder_type: "1_hour_before" },
      },
    ]);
    expect(await rows()).toMatchObject([{ status: "fired" }]);
    expect(wake).toHaveBeenCalled();
  });

  test("is not done by a job of another time, of no reminder, or with other data", async () => {
    const row = await pending();
    await job(`reminder-${row.id}`, { remind_at: "2031-01-01T00:00:00.000Z" });
    await job(`reminder-${uuidOf(1)}`, { remind_at: row.remindAt.toISOString() });
    await job(`reminder-${row.id}`, {});
    await job("another job", { remind_at: row.remindAt.toISOString() });
    expect(await events()).toEqual([]);
  });

  test("goes on in the trace of the request that set the reminder", async () => {
    const row = await pending();
    await job(`reminder-${row.id}`, { remind_at: row.remindAt.toISOString() });
    expect((await events())[0]?.traceparent).toBe(row.traceparent);
  });

  test("of fifty at the same second, by jobs and two sweeping replicas at once: each once", async () => {
    for (let number = 0; number < 50; number++) await put(await newTask(), custom(1));
    const same = new Date(Date.now() - 1_000);
    await passed(same);
    const [one, other] = [replica(), replica()];
    const all = await rows();
    await Promise.all([
      sweep(one),
      sweep(other),
      ...all.map(({ id }) =>
        one.job(`reminder-${id}`, { remind_at: same.toISOString() }, { log: silentLog }),
      ),
    ]);
    const told = (await events()).map(({ subject }) => subject);
    expect(told.sort()).toEqual(all.map(({ id }) => id).sort());
    const sequences = (await events()).map(({ sequence }) => sequence).sort((a, b) => a - b);
    expect(sequences).toEqual(all.map((_, index) => index + 1));
  });

  test("is measured from its time, or from when it was set too late", async () => {
    const row = await pending();
    const due = new Date(Date.now() - 10_000);
    await base.database.update(tables.reminders).set({ remindAt: due, setAt: new Date() });
    const one = replica();
    await sweep(one);
    const { values } = await one.metrics.lateness.get();
    const sum = values.find(({ metricName }) => metricName?.endsWith("_sum"));
    expect(sum?.labels).toEqual({ by: "sweep" });
    expect(sum?.value).toBeLessThan(5);
    expect(row.status).toBe("pending");
  });
});

describe("the scheduler", () => {
  test("is given a job once, and only what is missing", async () => {
    await put(await newTask(), { type: "1_hour_before" }, custom(1));
    await replica().scheduler.run();
    const asked = schedule.mock.calls.length;
    await replica().scheduler.run();
    expect(schedule.mock.calls).toHaveLength(asked);
    expect(new Set(schedule.mock.calls.map(([name]) => name)).size).toBe(2);
  });

  test("that is away fails no request, and is asked again by the next sweep", async () => {
    schedule.mockRejectedValue(new AwayError("no scheduler"));
    const answer = await put(await newTask(), { type: "1_hour_before" });
    expect(answer.status).toBe(200);
    await expect.poll(() => schedule).toHaveBeenCalled();
    expect(await rows()).toMatchObject([{ scheduledFor: null }]);
    schedule.mockReset();
    await sweep();
    await expect.poll(async () => (await rows())[0]?.scheduledFor).toBeTruthy();
  });

  test("is told of jobs that are no longer wanted", async () => {
    const task = await newTask();
    await put(task, { type: "1_hour_before" });
    const [row] = await rows();
    await put(task);
    await expect.poll(() => remove).toHaveBeenCalledWith(`reminder-${row?.id}`);
  });
});

describe("a notification", () => {
  const event = (changes: object = {}) =>
    ({
      time: "2026-01-30T12:00:00.123Z",
      data: { ...samples.notifications, user_id: alice, ...changes },
    }) as never;
  const metrics = () => createReminderMetrics(createMetrics("test").registry);

  test("marks its reminder sent and is listed until it is read, and then as read", async () => {
    await put(await newTask(), { type: "1_hour_before" });
    await passed(inHours(-1));
    await sweep();
    const [row] = await rows();
    await listNotification(base.database, event({ reminder_id: row?.id }), metrics());
    expect(await rows()).toMatchObject([{ status: "sent" }]);
    const { body } = await send("GET", "/api/notifications?unread=true");
    expect(body).toMatchObject({
      notifications: [{ reminder_id: row?.id, read_at: null }],
      next: null,
    });
    const { id } = body.notifications[0];
    const read = await send("POST", `/api/notifications/${id}/read`);
    expect(read.body.read_at).toMatch(/Z$/);
    expect((await send("POST", `/api/notifications/${id}/read`)).body).toEqual(read.body);
    expect((await send("GET", "/api/notifications?unread=true")).body.notifications).toEqual([]);
    expect((await send("GET", "/api/notifications")).body.notifications).toEqual([read.body]);
  });

  test("of a reminder that is gone is listed all the same", async () => {
    await listNotification(base.database, event(), metrics());
    expect((await send("GET", "/api/notifications")).body.notifications).toHaveLength(1);
  });

  test("of another user is neither listed nor read", async () => {
    await listNotification(base.database, event({ user_id: uuidOf(9) }), metrics());
    expect((await send("GET", "/api/notifications")).body.notifications).toEqual([]);
    const path = `/api/notifications/${samples.notifications.notification_id}/read`;
    expect((await send("POST", path)).status).toBe(404);
  });

  test("pages are read one after another", async () => {
    for (let number = 1; number <= 5; number++) {
      const notification_id = uuidOf(number);
      await listNotification(base.database, event({ notification_id }), metrics());
    }
    const first = (await send("GET", "/api/notifications?limit=3")).body;
    const rest = (await send("GET", `/api/notifications?limit=3&cursor=${first.next}`)).body;
    const ids = [...first.notifications, ...rest.notifications].map(({ id }) => id);
    expect(ids).toEqual([5, 4, 3, 2, 1].map(uuidOf));
    expect(rest.next).toBeNull();
  });
});
