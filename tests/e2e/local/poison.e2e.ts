import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import postgres from "postgres";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { deadLetterTopic } from "#apps/contracts/topics.ts";
import { type Entry, newUser, type TaskView, type User } from "../client.ts";
import { requireStack } from "../stack.ts";
import { arrivalMs, entriesOf } from "../wait.ts";
import { readTopic, type TopicReader } from "./kafka.ts";

/** What one poison event may cost those behind it more than others; 14 s of it are its tries. */
const mostDelayMs = 15_000;
/** What a busy machine adds to it. */
const slackMs = 2_000;
/** How early within the tries others have to be through, to be held up by none of them. */
const unharmedMs = 8_000;

/** Longer than a batch waits for more, and than it takes to be handled. */
const betweenBatchesMs = 500;

const stack = requireStack();
const sql = postgres(stack.postgres.adminUrl, { max: 1, onnotice: () => {} });
let records: TopicReader;
let letters: TopicReader;
beforeAll(async () => {
  records = await readTopic(stack, "task-events");
  letters = await readTopic(stack, deadLetterTopic("task-events", "audit"));
});
afterAll(async () => {
  await records.close();
  await letters.close();
  await sql.end();
});

// The database itself refuses one title: the handler throws while everything it needs is there.
const constraint = `poison_${randomUUID().slice(0, 8)}`;
afterEach(() => sql.unsafe(`alter table audit.activity drop constraint if exists ${constraint}`));

const partitionOf = async (subject: string): Promise<number | undefined> =>
  (await records.recordsOf(subject, 1, arrivalMs))[0]?.partition;

/** A user whose events go through another partition than this one. */
async function userElsewhere(partition: number | undefined): Promise<User> {
  for (;;) {
    const user = await newUser();
    const { body: task } = await user.create({ title: "Where am I?" });
    if ((await partitionOf(task.id)) !== partition) return user;
  }
}

const nextOfSeries = async (user: User): Promise<TaskView | undefined> => {
  const { body } = await user.call<{ tasks: TaskView[] }>("GET", "/api/tasks");
  return body.tasks.find(({ title, completed }) => title === "Daily" && !completed);
};

const at = (time: string | undefined): number => Date.parse(time ?? "");
const delayOf = (entry: Entry | undefined): number =>
  at(entry?.recorded_at) - at(entry?.occurred_at);

test("a poison event holds up its own partition for less than 15 s, and nobody else", {
  timeout: 120_000,
}, async () => {
  const user = await newUser();
  const { body: first } = await user.create({ title: "Before it" });
  await entriesOf(user, { taskId: first.id, count: 1 });
  const partition = await partitionOf(first.id);
  const other = await userElsewhere(partition);
  const title = `Poison ${randomUUID()}`;
  await sql.unsafe(
    `alter table audit.activity add constraint ${constraint}
     check (task_data->>'title' <> '${title}')`,
  );

  const { body: poison } = await user.create({ title });
  // What came with it in one batch would go on past it.
  await records.recordsOf(poison.id, 1, arrivalMs);
  await sleep(betweenBatchesMs);
  const { body: behind } = await user.create({ title: "Behind it" });
  const daily = { rule: "FREQ=DAILY", time_zone: "Europe/Berlin" };
  const due_date = "2026-05-01T08:00:00.000Z";
  const { body: task } = await user.create({ title: "Daily", due_date, recurring: daily });
  expect((await user.call("POST", `/api/tasks/${task.id}/complete`)).status).toBe(200);
  const { body: elsewhere } = await other.create({ title: "Elsewhere" });

  // Another partition of this consumer, and another consumer of this partition.
  const since = performance.now();
  const [through] = await entriesOf(other, { taskId: elsewhere.id, count: 1 });
  expect(delayOf(through)).toBeLessThan(unharmedMs);
  while (!(await nextOfSeries(user))) {
    expect(performance.now() - since, "recurring was held up").toBeLessThan(unharmedMs);
    await sleep(50);
  }
  const { body: log } = await user.activity(`?task_id=${behind.id}`);
  expect(log.entries, "nothing was held up, so nothing is shown").toEqual([]);

  // Its own partition: what came behind it, in order and all of it.
  const [held] = await entriesOf(user, { taskId: behind.id, count: 1 });
  expect(delayOf(held) - delayOf(through)).toBeLessThan(mostDelayMs + slackMs);
  const [letter] = await letters.recordsOf(poison.id, 1, arrivalMs);
  expect(letter?.headers).toMatchObject({
    ...{ consumer: "audit", attempts: "4", error: expect.stringContaining(constraint) },
  });
  const found = await letters.find(({ key }) => key === user.id, 2, 500);
  expect(found, "only the poison is set aside").toHaveLength(1);
});
