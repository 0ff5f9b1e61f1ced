import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import type { User } from "./client.ts";

export type Reminder = {
  readonly id: string;
  readonly type: string;
  readonly remind_at: string;
  readonly status: "pending" | "fired" | "sent" | "cancelled";
};

export type Notification = {
  readonly id: string;
  readonly kind: "reminder" | "welcome";
  readonly title: string;
  readonly body: string;
  readonly reminder_id: string | null;
  readonly created_at: string;
  readonly read_at: string | null;
};

export const inMs = (ms: number): string => new Date(Date.now() + ms).toISOString();

/** Sets the reminders of a task and gives them; fails unless they are taken. */
export async function remind(user: User, taskId: string, ...reminders: object[]) {
  const path = `/api/tasks/${taskId}/reminders`;
  const answer = await user.call<{ reminders: Reminder[] }>("PUT", path, { body: { reminders } });
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body.reminders;
}

export async function remindersOf(user: User, taskId: string): Promise<Reminder[]> {
  const path = `/api/tasks/${taskId}/reminders`;
  return (await user.call<{ reminders: Reminder[] }>("GET", path)).body.reminders;
}

/** The user's notifications of reminders, the oldest first. */
export async function remindedOf(user: User): Promise<Notification[]> {
  type Page = { notifications: Notification[]; next: string | null };
  const answer = await user.call<Page>("GET", "/api/notifications?limit=100");
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body.notifications.filter(({ kind }) => kind === "reminder").reverse();
}

/** The same, once there are so many; how long that took is returned with them. */
export async function untilReminded(user: User, count: number, withinMs: number) {
  const since = performance.now();
  for (;;) {
    const found = await remindedOf(user);
    const tookMs = Math.round(performance.now() - since);
    if (found.length >= count) return { found, tookMs };
    expect(tookMs, `${found.length} of ${count} reminders`).toBeLessThan(withinMs);
    await sleep(50);
  }
}
