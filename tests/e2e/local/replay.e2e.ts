import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import postgres from "postgres";
import { afterAll, expect, test } from "vitest";
import type { AppId } from "#apps/contracts/services.ts";
import type { Topic } from "#apps/contracts/topics.ts";
import { call, newUser, type TaskView, type User } from "../client.ts";
import { mailAbout, mailTo } from "../mail.ts";
import { inMs, remind, remindersOf, untilReminded } from "../reminders.ts";
import { requireStack } from "../stack.ts";
import { arrivalMs } from "../wait.ts";
import { events, eventsJson } from "./operator.ts";

const stack = requireStack();
const sql = postgres(stack.postgres.adminUrl, { max: 1, onnotice: () => {} });
const minute = 60_000;
afterAll(() => sql.end());

/** Longer than the mailer waits between two looks at what is to be sent. */
const mailerMs = 3_000;

/** Replays the last hour of a topic, and waits until the consumer has had all of it. */
async function replay(topic: Topic, app: AppId): Promise<void> {
  const args = ["replay", "--topic", topic, "--since", "1h", "--to", app, "--yes"];
  const { code, out, error } = await events(...args);
  expect(code, out + error).toBe(0);
  expect(Number(/(\d+) records of/.exec(out)?.[1]), out).toBeGreaterThan(0);
  const endsAt = performance.now() + 2 * minute;
  for (;;) {
    // What is printed counts the marks of transactions too, which nobody receives.
    const lags = await eventsJson<{ app: string; topic: string; lag: number }[]>("lag");
    const own = lags.filter((lag) => lag.app === app && lag.topic === topic);
    const received = await receivedBy(app, topic);
    if (own.length > 0 && own.every(({ lag }) => lag === 0) && received > 0) return;
    expect(performance.now(), `${app} has ${JSON.stringify(own)} to go`).toBeLessThan(endsAt);
    await sleep(500);
  }
}

/** Since it was started anew for the replay. */
async function receivedBy(app: AppId, topic: Topic): Promise<number> {
  const counts = (stack.services[app]?.urls ?? []).map(async (url) => {
    const { body } = await call<string>("GET", `${url}/metrics`);
    const lines = body.matchAll(/^events_received_total\{[^}]*topic="([^"]+)"[^}]*\} (\d+)$/gm);
    return [...lines].filter(([, of]) => of === topic).map(([, , count]) => Number(count));
  });
  return (await Promise.all(counts)).flat().reduce((one, other) => one + other, 0);
}

type Person = { readonly user: User; readonly email: string; readonly taskId: string };

/** Somebody who was welcomed and reminded, in the application and by mail, and of whom all is stored. */
async function reminded(): Promise<Person> {
  const email = `replay-${randomUUID()}@example.com`;
  const user = await newUser(undefined, email);
  const { body: task } = await user.create({ title: "Replayed", due_date: inMs(86_400_000) });
  await remind(user, task.id, { type: "custom", remind_at: inMs(4_000) });
  await untilReminded(user, 1, arrivalMs);
  await mailAbout(email, "Welcome", minute);
  await mailAbout(email, "Reminder", minute);
  const person = { user, email, taskId: task.id };
  const stored = async () => {
    const { queue, log } = await toldTo([person]);
    return [...queue.map(({ status }) => status), log.length];
  };
  // Registered, created, due, and told of twice.
  await expect.poll(stored, { timeout: arrivalMs }).toEqual(["sent", "sent", 5]);
  return person;
}

/** All that any service has of what these people were told. */
async function toldTo(people: readonly Person[]) {
  const ids = people.map(({ user }) => user.id);
  const mails = people.map(async ({ email }) => (await mailTo(email)).map(({ id }) => id));
  return {
    notifications: await sql`
      select * from notification.notifications where user_id in ${sql(ids)} order by id`,
    queue: await sql`
      select id, status, attempts, sent_at from notification.mails
      where user_id in ${sql(ids)} order by id`,
    list: await sql`select * from backend.notifications where user_id in ${sql(ids)} order by id`,
    log: await sql`
      select event_id, kind, sequence from audit.activity
      where user_id in ${sql(ids)} order by event_id`,
    reminders: await Promise.all(people.map(({ user, taskId }) => remindersOf(user, taskId))),
    mails: await Promise.all(mails),
  };
}

test("a replay of an hour to notification rebuilds what it had, and tells nobody again", {
  timeout: 6 * minute,
}, async () => {
  const people = await Promise.all([reminded(), reminded(), reminded()]);
  const before = await toldTo(people);
  expect(before.mails.map((mails) => mails.length)).toEqual([2, 2, 2]);
  expect(before.notifications).toHaveLength(6);
  // The first lost all that notification knew of them, the second one of two.
  const [first, second] = people as unknown as [Person, Person];
  await sql`delete from notification.notifications where user_id = ${first.user.id}`;
  await sql`
    delete from notification.notifications where user_id = ${second.user.id} and kind = 'welcome'`;

  await replay("reminders", "notification");
  await replay("user-events", "notification");
  await sleep(mailerMs);
  expect(await toldTo(people)).toEqual(before);
});

test("a replay of an hour to backend lists again what was lost, and nothing twice", {
  timeout: 4 * minute,
}, async () => {
  const people = await Promise.all([reminded(), reminded()]);
  const [first, second] = people as unknown as [Person, Person];
  const before = await toldTo(people);
  expect(before.list).toHaveLength(4);
  const [{ id = "" } = {}] = before.list.filter((row) => row.user_id === second.user.id);
  expect((await second.user.call("POST", `/api/notifications/${id}/read`)).status).toBe(200);
  const read = await toldTo(people);
  await sql`delete from backend.notifications where user_id = ${first.user.id}`;

  await replay("notifications", "backend");
  expect(await toldTo(people)).toEqual(read);
});

test("a replay of an hour to recurring makes no task again, not even one that was deleted", {
  timeout: 4 * minute,
}, async () => {
  const user = await newUser();
  const recurring = { rule: "FREQ=DAILY", time_zone: "Europe/Berlin" };
  const tasks = async () => {
    const { body } = await user.call<{ tasks: TaskView[] }>("GET", "/api/tasks");
    return body.tasks;
  };
  for (const title of ["Kept", "Deleted"]) {
    const due_date = "2026-05-01T08:00:00.000Z";
    const { body: task } = await user.create({ title, due_date, recurring });
    expect((await user.call("POST", `/api/tasks/${task.id}/complete`)).status).toBe(200);
  }
  const endsAt = performance.now() + arrivalMs;
  while ((await tasks()).length < 4) {
    expect(performance.now(), "the next tasks are not there").toBeLessThan(endsAt);
    await sleep(100);
  }
  const next = (await tasks()).find(({ title, completed }) => title === "Deleted" && !completed);
  expect((await user.call("DELETE", `/api/tasks/${next?.id}`)).status).toBe(204);
  const before = await tasks();
  expect(before).toHaveLength(3);

  await replay("task-events", "recurring");
  await sleep(1_000);
  expect(await tasks()).toEqual(before);
});
