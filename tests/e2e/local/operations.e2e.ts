import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { Producer } from "@platformatic/kafka";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listDeadLetters, placesOf } from "#commands/events/dead-letters.ts";
import { recordsFor } from "#commands/events/handle.ts";
import { clientOptions, withAdmin } from "#commands/events/kafka.ts";
import { localAccess } from "#commands/events/local-access.ts";
import { newUser, type User } from "../client.ts";
import { requireStack } from "../stack.ts";
import { entriesOf } from "../wait.ts";
import { events, eventsJson } from "./operator.ts";

type Letter = { id: string; consumer: string; topic: string; error: string; attempts: number };

const admin = postgres(requireStack().postgres.adminUrl, { max: 1, onnotice: () => {} });
const minute = 60_000;
afterAll(() => admin.end());
const letters = () => eventsJson<Letter[]>("dlq", "list", "--app", "audit");

/** The letter whose error has these words, once it is there. */
async function letterOf(words: string, withinMs: number): Promise<Letter> {
  const endsAt = performance.now() + withinMs;
  for (;;) {
    const found = (await letters()).find(({ error }) => error.includes(words));
    if (found) return found;
    expect(performance.now(), `no dead letter says ${words}`).toBeLessThan(endsAt);
    await sleep(250);
  }
}

/** All that audit was broken by, mended in the end whatever happens. */
const constraints: string[] = [];

/** Makes audit fail on one title, as a fault of its code would. */
async function breakAudit(title: string): Promise<string> {
  const name = `broken_${randomUUID().slice(0, 8)}`;
  constraints.push(name);
  await admin.unsafe(
    `alter table audit.activity add constraint ${name} check (task_data->>'title' <> '${title}')`,
  );
  return name;
}
const mendAudit = (name: string) =>
  admin.unsafe(`alter table audit.activity drop constraint if exists ${name}`);

/** A task whose event audit cannot take until it is mended, and a task after it. */
async function poison() {
  const user = await newUser();
  const title = `Poison ${randomUUID()}`;
  const broken = await breakAudit(title);
  const { body: task } = await user.create({ title });
  const { body: other } = await user.create({ title: "After it" });
  return { user, title, broken, task, other };
}

const rowsOf = (user: User) => admin`
  select event_id, user_id, kind, task_id, event_type, sequence, version, occurred_at, source,
    correlation_id, task_data, details
  from audit.activity where user_id = ${user.id} order by event_id`;

describe("a poison event", () => {
  const poisoned: (Awaited<ReturnType<typeof poison>> & { readonly letter: Letter })[] = [];
  const nth = (index: number) => {
    const found = poisoned[index];
    if (!found) throw new Error("its event was not set aside");
    return found;
  };
  // All at once, as each is tried for a quarter of a minute; those of one partition follow each other.
  beforeAll(async () => {
    const all = await Promise.all([poison(), poison(), poison()]);
    for (const one of all) poisoned.push({ ...one, letter: await letterOf(one.broken, minute) });
  }, 4 * minute);
  afterAll(async () => {
    for (const name of constraints) await mendAudit(name);
  });

  test("is listed with error, consumer and tries, and after the fix redriven once", {
    timeout: 2 * minute,
  }, async () => {
    const { user, title, broken, task, other, letter } = nth(0);
    expect(letter).toMatchObject({ consumer: "audit", topic: "task-events", attempts: 4 });
    // The partition went on.
    await entriesOf(user, { taskId: other.id, count: 1 });

    const shown = await eventsJson<{ event: { subject: string } }>("dlq", "show", letter.id);
    expect(shown.event.subject).toBe(task.id);

    // Redriven too early it comes back, as a letter of its own and after one try.
    expect(await events("dlq", "redrive", letter.id)).toMatchObject({ code: 0 });
    const again = await letterOf(broken, 20_000);
    expect(again.id).not.toBe(letter.id);
    expect(again.attempts).toBe(1);

    await mendAudit(broken);
    expect(await events("dlq", "redrive", again.id)).toMatchObject({ code: 0 });
    const [entry] = await entriesOf(user, { taskId: task.id, count: 1 });
    expect(entry?.task_data.title).toBe(title);

    for (const id of [letter.id, again.id]) {
      const { code, error } = await events("dlq", "redrive", id);
      expect([code, error]).toEqual([1, expect.stringContaining(`there is no dead letter ${id}`)]);
    }
    expect((await letters()).map(({ id }) => id)).not.toContain(again.id);
    await entriesOf(user, { taskId: task.id, count: 1 });
  });

  test("that is discarded is listed no more and never applied", {
    timeout: 2 * minute,
  }, async () => {
    const { user, broken, task, letter } = nth(1);
    expect(await events("dlq", "discard", letter.id)).toMatchObject({ code: 0 });
    await mendAudit(broken);
    expect((await letters()).map(({ id }) => id)).not.toContain(letter.id);
    expect((await events("dlq", "redrive", letter.id)).code).toBe(1);
    expect((await user.activity(`?task_id=${task.id}`)).body.entries).toEqual([]);
  });

  test("whose redrive was cut off before its end is redriven by the next, with one effect", {
    timeout: 2 * minute,
  }, async () => {
    const { user, broken, task, letter } = nth(2);
    const { id } = letter;
    await mendAudit(broken);
    const cutOff = await redriveHalf(id);
    // A sidecar reads what is not committed, too: the effect may be there already.
    expect((await letters()).map((one) => one.id)).toContain(id);
    const { code, error } = await events("dlq", "redrive", id);
    expect(code, error).toBe(0);
    expect((await letters()).map((one) => one.id)).not.toContain(id);
    await entriesOf(user, { taskId: task.id, count: 1 });
    // The first one comes back to life, and can end nothing any more.
    await expect(cutOff.commit()).rejects.toThrow();
    await cutOff.close();
    expect((await letters()).map((one) => one.id)).not.toContain(id);
  });
});

/** What a redrive does until the moment before its end, as one that was killed there. */
async function redriveHalf(id: string) {
  const access = localAccess();
  const [place] = placesOf({ app: "audit", topic: "task-events" });
  if (!place) throw new Error("no such place");
  const producer = new Producer({
    ...{ ...clientOptions(access), idempotent: true },
    transactionalId: `todo-evolution-${place.name}`,
  });
  const transaction = await producer.beginTransaction({ producerId: -1n, producerEpoch: -1 });
  const open = await withAdmin(access, (kafka) => listDeadLetters(access, kafka, [place]));
  const letter = open.find((it) => it.id === id);
  if (!letter) throw new Error(`there is no ${id}`);
  await transaction.send({ messages: recordsFor(letter, "redriven") });
  return { commit: () => transaction.commit(), close: () => producer.close(true) };
}

test("a replay of an hour rebuilds exactly what audit had", { timeout: 4 * minute }, async () => {
  const users = await Promise.all(Array.from({ length: 4 }, () => newUser()));
  for (const user of users) {
    for (let index = 0; index < 5; index++) {
      const { body: task } = await user.create({ title: `Task ${index}` });
      await user.call("PATCH", `/api/tasks/${task.id}`, { body: { title: `Changed ${index}` } });
    }
    await entriesOf(user, { count: 10 });
  }
  const before = await Promise.all(users.map(rowsOf));
  // Rows lost, and rows wrong.
  const ids = users.map(({ id }) => id);
  await admin`delete from audit.activity where user_id in ${admin(ids)} and kind = 'task' and sequence % 2 = 0`;
  await admin`update audit.activity set event_type = 'wrong', task_data = null
              where user_id in ${admin(ids)} and kind = 'task'`;

  const replay = ["replay", "--topic", "task-events", "--since", "1h", "--to", "audit"];
  const unasked = await events(...replay);
  expect([unasked.code, unasked.error]).toEqual([1, expect.stringContaining("--yes")]);
  const { code, out, error } = await events(...replay, "--yes");
  expect(code, out + error).toBe(0);

  const endsAt = performance.now() + 3 * minute;
  for (;;) {
    const after = await Promise.all(users.map(rowsOf));
    if (JSON.stringify(after) === JSON.stringify(before)) break;
    expect(performance.now(), "the log is not as it was").toBeLessThan(endsAt);
    await sleep(500);
  }
  const lags = await eventsJson<{ app: string; topic: string; lag: number }[]>("lag");
  expect(lags.some(({ app, topic }) => app === "audit" && topic === "task-events")).toBe(true);
});

test.each([
  [["lag", "--nonsense"], 2, "--nonsense"],
  [["dlq", "redrive"], 2, "--all"],
  [["dlq", "show", "task-events/0/1"], 2, "no id of dlq list"],
  [["dlq", "redrive", "task-events.audit.dlq/0/999999999"], 1, "there is no dead letter"],
  [
    ["replay", "--topic", "orders", "--since", "1h", "--to", "audit"],
    2,
    "there is no topic orders",
  ],
  [["replay", "--topic", "task-events", "--since", "soon", "--to", "audit"], 2, "no time"],
  [
    ["replay", "--topic", "task-updates", "--since", "1m", "--to", "audit"],
    1,
    "does not subscribe",
  ],
  [["replay", "--topic", "task-events", "--since", "30d", "--to", "audit"], 1, "has events from"],
])("%j ends with %i and says %s", async (args, code, words) => {
  const ran = await events(...args);
  expect([ran.code, ran.error]).toEqual([code, expect.stringContaining(words)]);
});
