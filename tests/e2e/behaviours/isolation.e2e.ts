import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { eventRoute, jobRoute, scheduleRoute } from "#apps/contracts/dapr.ts";
import { signUp } from "../../account.ts";
import {
  type Answer,
  baseUrl,
  type CallOptions,
  call,
  newUser,
  type TaskView,
  type User,
} from "../client.ts";
import { mailUrl, resetTokenFor } from "../mail.ts";
import { inMs, type Notification, type Reminder, remind, remindersOf } from "../reminders.ts";
import { open, syncUrl } from "../socket.ts";
import { entriesOf } from "../wait.ts";

/** What a stranger may have come to know of somebody: every id, cursor, ETag and key of theirs. */
type Target = {
  readonly user: User;
  /** In every text that only the owner may see. */
  readonly mark: string;
  readonly task: TaskView;
  readonly etag: string;
  readonly reminder: Reminder;
  readonly notification: Notification;
  readonly listCursor: string;
  readonly activityCursor: string;
  readonly key: string;
};

type Attempt = {
  readonly name: string;
  readonly method?: string;
  readonly path: (target: Target) => string;
  readonly body?: (target: Target) => unknown;
  readonly headers?: (target: Target) => Record<string, string>;
};

const taskPath = ({ task }: Target) => `/api/tasks/${task.id}`;
const taken = () => ({ title: "Taken" });

const byId: readonly Attempt[] = [
  { name: "reads the task", path: taskPath },
  {
    name: "reads it by its id in capitals",
    path: ({ task }) => `/api/tasks/${task.id.toUpperCase()}`,
  },
  {
    name: "reads it by an encoded id",
    path: ({ task }) => `/api/tasks/%${hex(task.id[0])}${task.id.slice(1)}`,
  },
  { name: "reads it by a path that climbs", path: ({ task }) => `/api/tasks/x%2f..%2f${task.id}` },
  {
    name: "reads it with its ETag",
    path: taskPath,
    headers: ({ etag }) => ({ "If-None-Match": etag }),
  },
  { name: "asks for its head", method: "HEAD", path: taskPath },
  { name: "changes it", method: "PATCH", path: taskPath, body: taken },
  {
    name: "changes it with its ETag",
    method: "PATCH",
    path: taskPath,
    body: taken,
    headers: ({ etag }) => ({ "If-Match": etag }),
  },
  {
    name: "changes it, whatever version it has",
    method: "PATCH",
    path: taskPath,
    body: taken,
    headers: () => ({ "If-Match": "*" }),
  },
  {
    name: "changes it, and says that it is the owner's",
    method: "PATCH",
    path: taskPath,
    body: ({ user }) => ({ title: "Taken", user_id: user.id }),
  },
  { name: "replaces it", method: "PUT", path: taskPath, body: taken },
  { name: "completes it", method: "POST", path: (target) => `${taskPath(target)}/complete` },
  { name: "deletes it", method: "DELETE", path: taskPath },
  {
    name: "deletes it with its ETag",
    method: "DELETE",
    path: taskPath,
    headers: ({ etag }) => ({ "If-Match": etag }),
  },
  {
    name: "deletes it under another method",
    method: "POST",
    path: taskPath,
    headers: () => ({ "X-HTTP-Method-Override": "DELETE" }),
  },
  { name: "reads its reminders", path: (target) => `${taskPath(target)}/reminders` },
  {
    name: "replaces its reminders",
    method: "PUT",
    path: (target) => `${taskPath(target)}/reminders`,
    body: () => ({ reminders: [{ type: "1_day_before" }] }),
  },
  {
    name: "cancels its reminders",
    method: "PUT",
    path: (target) => `${taskPath(target)}/reminders`,
    body: () => ({ reminders: [] }),
  },
  {
    name: "deletes a reminder",
    method: "DELETE",
    path: (target) => `${taskPath(target)}/reminders/${target.reminder.id}`,
  },
  {
    name: "marks a notification read",
    method: "POST",
    path: ({ notification }) => `/api/notifications/${notification.id}/read`,
  },
  {
    name: "reads a notification",
    path: ({ notification }) => `/api/notifications/${notification.id}`,
  },
];

const byFilter: readonly Attempt[] = [
  { name: "searches for its text", path: ({ mark }) => `/api/tasks?q=${mark}` },
  { name: "filters by its tag", path: ({ mark }) => `/api/tasks?tag=${mark}` },
  { name: "names the owner in a list", path: ({ user }) => `/api/tasks?user_id=${user.id}` },
  { name: "names the owner as user", path: ({ user }) => `/api/tasks?userId=${user.id}` },
  { name: "searches with a pattern", path: () => "/api/tasks?q=%25" },
  {
    name: "searches with a piece of SQL",
    path: () => `/api/tasks?q=${encodeURIComponent("' or true --")}`,
  },
  { name: "asks for the log of the task", path: ({ task }) => `/api/activity?task_id=${task.id}` },
  { name: "asks for the log of the owner", path: ({ user }) => `/api/activity?user_id=${user.id}` },
  { name: "asks for the log of a kind", path: () => "/api/activity?kind=task" },
  {
    name: "asks for the owner's notifications",
    path: ({ user }) => `/api/notifications?user_id=${user.id}`,
  },
];

const byCursor: readonly Attempt[] = [
  {
    name: "goes on with the owner's list",
    path: ({ listCursor }) => `/api/tasks?limit=1&cursor=${listCursor}`,
  },
  {
    name: "goes on with the owner's log",
    path: ({ activityCursor }) =>
      `/api/activity?limit=1&cursor=${encodeURIComponent(activityCursor)}`,
  },
  {
    name: "goes on with the owner's notifications",
    path: ({ notification }) => `/api/notifications?cursor=${notification.id}`,
  },
];

// Kept pages are named by user and query: a query that looks like a name must not become one.
const byCacheKey: readonly Attempt[] = [
  {
    name: "asks what the owner has just asked, and was kept",
    path: ({ mark }) => `/api/tasks?sort=due&q=${mark}`,
  },
  {
    name: "asks with a query that looks like the key of a kept page",
    path: ({ user }) => `/api/tasks?q=${encodeURIComponent(`list:${user.id}:`)}`,
  },
  {
    name: "asks the sidecar's state store",
    path: ({ user }) => `/v1.0/state/statestore/list:${user.id}`,
  },
];

const inTheirName: readonly Attempt[] = [
  {
    name: "says in headers to be the owner",
    path: taskPath,
    headers: ({ user }) => ({
      "X-User-Id": user.id,
      "X-Forwarded-User": user.id,
      "user-id": user.id,
    }),
  },
  {
    name: "says to be a service",
    path: ({ user }) => `/changes?user_id=${user.id}&after=0`,
    headers: () => ({ "dapr-caller-app-id": "sync", "dapr-api-token": "guess" }),
  },
  {
    name: "uses the owner's Idempotency-Key with the owner's body",
    method: "POST",
    path: () => "/api/tasks",
    body: () => ({ title: "Of my own" }),
    headers: ({ key }) => ({ "Idempotency-Key": key }),
  },
  {
    name: "creates a task under its id, for the owner",
    method: "POST",
    path: () => "/api/tasks",
    body: ({ task, user }) => ({ id: task.id, user_id: user.id, title: "Of my own" }),
  },
  {
    name: "calls back as a job",
    method: "POST",
    path: ({ reminder }) => jobRoute(`reminder-${reminder.id}`),
    body: ({ reminder }) => ({ remind_at: reminder.remind_at }),
  },
  {
    name: "calls the sweep",
    method: "POST",
    path: () => scheduleRoute("reminder-sweep"),
  },
  {
    name: "delivers an event of the owner",
    method: "POST",
    path: () => eventRoute("notifications"),
    body: ({ user, reminder }) => ({
      data_base64: Buffer.from(
        JSON.stringify({ user_id: user.id, reminder_id: reminder.id }),
      ).toString("base64"),
    }),
  },
  {
    name: "creates the next of a series for the owner",
    method: "POST",
    path: () => "/internal/occurrences",
    body: ({ user, task }) => ({ user_id: user.id, task_id: task.id }),
  },
  { name: "asks for the owner's address", path: ({ user }) => `/addresses?user_id=${user.id}` },
  { name: "asks the log's own service", path: ({ user }) => `/activity?user_id=${user.id}` },
  {
    name: "asks a service through the sidecar",
    path: ({ user }) => `/v1.0/invoke/audit/method/activity?user_id=${user.id}`,
  },
];

const attempts: readonly Attempt[] = [
  ...byId,
  ...byFilter,
  ...byCursor,
  ...byCacheKey,
  ...inTheirName,
];

let target: Target;
let stranger: User;
let before: unknown;

beforeAll(async () => {
  const mark = `secret${randomUUID().replaceAll("-", "")}`;
  const key = randomUUID();
  const user = await newUser();
  stranger = await newUser();
  const text = { title: mark, description: mark, tags: [mark], due_date: inMs(3 * 86_400_000) };
  await user.create({ ...text, title: `${mark} first` });
  const made = await user.create(text);
  await user.create({ title: "Of my own" }, { "Idempotency-Key": key });
  const [reminder] = await remind(user, made.body.id, { type: "1_hour_before" });
  await user.call("GET", `/api/tasks?sort=due&q=${mark}`);
  await entriesOf(user, { count: 3 });
  const list = await user.call<{ next: string }>("GET", "/api/tasks?limit=1");
  const activity = await user.activity("?limit=1");
  target = {
    ...{ user, mark, key, reminder: reminder as Reminder },
    task: made.body,
    etag: made.headers.get("etag") ?? "",
    notification: await welcomeOf(user),
    listCursor: list.body.next,
    activityCursor: activity.body.next ?? "",
  };
  expect(target.listCursor && target.activityCursor && target.etag).toBeTruthy();
  before = await stateOf(target);
});

describe.skipIf(process.env.TODO_DIRECT === "true")("somebody else's password", () => {
  const email = () => `e2e-${randomUUID()}@todo.example`;
  const post = (path: string, body: object, headers = {}) =>
    call("POST", `/api/auth/${path}`, { body, headers });

  test("is not changed by a stranger's session or link, whomever they name", async () => {
    const owner = await signUp(baseUrl, { email: email() });
    const other = await signUp(baseUrl, { email: email() });
    const bearer = { Authorization: `Bearer ${other.session}` };
    const named = [{}, { email: owner.email }, { user_id: owner.id }, { userId: owner.id }];
    const password = "of the stranger";
    for (const more of named) {
      const body = { current_password: owner.password, password, ...more };
      const { status } = await post("change-password", body, bearer);
      expect([400, 403]).toContain(status);
    }
    if (mailUrl) {
      await post("request-password-reset", { email: other.email });
      const token = await resetTokenFor(other.email);
      for (const more of named.slice(1)) {
        expect((await post("reset-password", { token, password, ...more })).status).toBe(400);
      }
      expect((await post("reset-password", { token, password })).status).toBe(200);
    }
    const { email: address, password: own } = owner;
    expect((await post("sign-in/email", { email: address, password: own })).status).toBe(200);
    const headers = { Authorization: `Bearer ${owner.session}` };
    expect((await call("GET", "/api/auth/token", { headers })).status).toBe(200);
  });
});

describe("somebody else's", () => {
  test.for(attempts)("a stranger, and nobody signed in, $name in vain", async (attempt) => {
    for (const who of [stranger, undefined]) {
      const answer = await make(attempt, target, who);
      expectNothingOf(target, answer);
    }
  });

  test("the owner's own answers would be found", async () => {
    for (const path of [
      taskPath(target),
      `/api/tasks?q=${target.mark}`,
      "/api/activity?kind=task",
    ]) {
      const answer = await target.user.call("GET", path);
      expect(() => expectNothingOf(target, answer)).toThrow();
    }
  });

  test("a stranger's connection is told nothing of it, from wherever it asks", async () => {
    const asks = [
      { after: 0 },
      { url: `${new URL("/ws", syncUrl)}?after=0&user_id=${target.user.id}` },
      { url: `${new URL("/ws", syncUrl)}?after=0`, headers: { "X-User-Id": target.user.id } },
    ];
    for (const ask of asks) {
      const headers = { Authorization: `Bearer ${stranger.token}`, ...ask.headers };
      const connected = open({ ...ask, headers });
      await connected.first("ready");
      await sleep(300);
      expect(JSON.stringify(connected.told)).not.toContain(target.mark);
      expect(JSON.stringify(connected.told)).not.toContain(target.task.id);
      await connected.close();
    }
  });

  test.each([
    ["without a token", {}],
    ["with a token of nobody", { Authorization: "Bearer garbage" }],
    ["from a foreign page", { Origin: "https://elsewhere.example", Cookie: "session=guess" }],
  ])("a connection %s is refused", async (_, headers) => {
    expect([401, 403]).toContain(await open({ after: 0, headers }).refused);
  });

  afterAll(async () => {
    expect(await stateOf(target), "what the owner has, after all of it").toEqual(before);
  });
});

async function make(attempt: Attempt, at: Target, who: User | undefined): Promise<Answer<unknown>> {
  const options: CallOptions = {
    body: attempt.body?.(at),
    headers: {
      ...attempt.headers?.(at),
      ...(who && { Authorization: `Bearer ${who.token}` }),
    },
  };
  return call(attempt.method ?? "GET", attempt.path(at), options);
}

/** Refused, or an answer about the asker alone; never a failure of ours. */
function expectNothingOf({ mark, task, user, reminder }: Target, answer: Answer<unknown>): void {
  const text = JSON.stringify(answer.body ?? "");
  expect(answer.status, text).toBeLessThan(500);
  if (answer.status >= 400) {
    expect([400, 401, 403, 404, 405], text).toContain(answer.status);
    return;
  }
  for (const theirs of [mark, task.id, user.id, reminder.id]) expect(text).not.toContain(theirs);
  expect([200, 201], text).toContain(answer.status);
}

/** Everything that the owner sees of what the attempts were at. */
async function stateOf({ user, task }: Target) {
  const paths = ["/api/tasks", "/api/notifications"];
  const lists = await Promise.all(paths.map((path) => user.call("GET", path)));
  const one = await user.call("GET", `/api/tasks/${task.id}`);
  return {
    lists: lists.map(({ body }) => body),
    task: one.body,
    etag: one.headers.get("etag"),
    reminders: await remindersOf(user, task.id),
    log: (await user.activity("?kind=task")).body.entries.map(({ event_id }) => event_id),
  };
}

const welcomeOf = (user: User): Promise<Notification> =>
  vi.waitFor(
    async () => {
      type Page = { notifications: Notification[] };
      const [welcome] = (await user.call<Page>("GET", "/api/notifications")).body.notifications;
      if (!welcome) throw new Error("no notification of the registration yet");
      return welcome;
    },
    { timeout: 15_000, interval: 100 },
  );

const hex = (letter = "0"): string => letter.charCodeAt(0).toString(16);
