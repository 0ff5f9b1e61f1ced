import { setTimeout as sleep } from "node:timers/promises";
import { distributionOf } from "../distribution.ts";
import type { Measurement } from "../report.ts";
import type { Bench } from "./bench.ts";

const users = 50;
const perUser = 4;
/** Reminders are due within so long after the last of them was set. */
const spreadMs = 15_000;
const waitedMs = 75_000;

/** From the time that a reminder was set for until notification has made its notification. */
export async function reminderLateness({ system, signal }: Bench): Promise<Measurement[]> {
  const { baseUrl } = system.stack;
  const { tokens, userIds } = await system.tokens(users);
  const call = async (token: string, method: string, path: string, body: object) => {
    const response = await fetch(new URL(path, baseUrl), {
      method,
      headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
      body: JSON.stringify(body),
      signal,
    });
    if (!response.ok) throw new Error(`${method} ${path} was answered with ${response.status}`);
    return (await response.json()) as { id: string };
  };
  const dueDate = new Date(Date.now() + 86_400_000).toISOString();
  // Far enough ahead that the first is not due while others are still being set.
  const from = Date.now() + 15_000;
  const count = users * perUser;
  for (let index = 0; index < count; index++) {
    const token = tokens[index % users] ?? "";
    const { id } = await call(token, "POST", "/api/tasks", { title: "Due", due_date: dueDate });
    const at = new Date(from + (index * spreadMs) / count).toISOString();
    const reminders = [{ type: "custom", remind_at: at }];
    await call(token, "PUT", `/api/tasks/${id}/reminders`, { reminders });
  }
  const endsAt = performance.now() + waitedMs;
  for (;;) {
    signal.throwIfAborted();
    const rows = await system.sql<{ late: number }[]>`
      select extract(epoch from mail.created_at - reminder.remind_at)::float8 * 1000 as late
      from notification.notifications as notification
      join notification.mails as mail on mail.id = notification.id
      join backend.reminders as reminder on reminder.id = notification.reminder_id
      where notification.user_id = any(${userIds}::uuid[])`;
    if (rows.length >= count || performance.now() > endsAt) {
      return [
        {
          name: "reminder lateness",
          unit: "ms",
          values: distributionOf(rows.map(({ late }) => late)),
          note: `${rows.length} of ${count} reminders, due within ${spreadMs / 1_000} s, until notification had them, by one clock`,
          holds: rows.length === count,
        },
      ];
    }
    await sleep(500);
  }
}
