import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import type { Clone } from "./clone.ts";

const pollMs = 50;
const requestTimeoutMs = 20_000;

export type Answer = { readonly status: number; readonly body: Record<string, unknown> };

/** Calls the application of the clone. */
export async function call(
  clone: Clone,
  path: string,
  { token, body }: { token?: string; body?: unknown } = {},
): Promise<Answer> {
  const response = await fetch(new URL(path, clone.baseUrl), {
    ...(body !== undefined && { method: "POST", body: JSON.stringify(body) }),
    headers: { ...(token && { Authorization: `Bearer ${token}` }) },
    signal: AbortSignal.timeout(requestTimeoutMs),
  });
  const text = await response.text();
  return { status: response.status, body: text ? JSON.parse(text) : {} };
}

/** A token for this name. */
export async function tokenFor(clone: Clone, user: string): Promise<string> {
  const answer = await call(clone, "/api/development/tokens", { body: { user } });
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return String(answer.body.token);
}

/** Creates a task and returns its id. */
export async function createTask(clone: Clone, token: string): Promise<string> {
  const answer = await call(clone, "/api/tasks", { token, body: { title: "Water the plants" } });
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  return String(answer.body.id);
}

/** The tasks that the user's activity names. */
export async function activityOf(clone: Clone, token: string): Promise<string[]> {
  const answer = await call(clone, "/api/activity", { token });
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return (answer.body.entries as { task_id: string }[]).map(({ task_id }) => task_id);
}

/** Waits until the user's activity lists the task; fails when it takes longer than allowed. */
export async function expectListed(
  list: () => Promise<readonly string[]>,
  taskId: string,
  withinMs: number,
): Promise<number> {
  const since = performance.now();
  for (;;) {
    const tasks = await list();
    const tookMs = performance.now() - since;
    if (tasks.includes(taskId)) return tookMs;
    expect(tookMs, "the activity does not list the task").toBeLessThan(withinMs);
    await sleep(pollMs);
  }
}

/** Fails unless a task can be created and its event comes through Kafka into the activity. */
export async function expectWorks(clone: Clone, withinMs = 10_000): Promise<void> {
  const token = await tokenFor(clone, `stack-test-${randomUUID()}`);
  const taskId = await createTask(clone, token);
  await expectListed(() => activityOf(clone, token), taskId, withinMs);
}
