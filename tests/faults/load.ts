import { randomUUID } from "node:crypto";
import { setMaxListeners } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { signUpMany } from "../account.ts";
import type { Acknowledgement } from "./check.ts";
import type { Consequence } from "./effects.ts";
import {
  createRequests,
  type Reply,
  type RequestSummary,
  type VirtualUser,
  type Wanted,
} from "./requests.ts";

/**
 * What users do: `full` is tasks with due dates, every fifth with a reminder that fires seconds
 * later, every tenth one of a series that is completed at once; `plain` is tasks without any of it.
 */
export type Mix = "full" | "plain";

export type LoadOptions = {
  readonly baseUrl: string;
  readonly users: readonly VirtualUser[];
  /** Tasks a second by all users together, as long as they are answered. */
  readonly rate: number;
  readonly mix: Mix;
  /** How long after it was set a reminder fires (4000). */
  readonly remindInMs?: number;
  /** Ends the load at once, without waiting for what is under way. */
  readonly signal: AbortSignal;
};

export type LoadResult = {
  readonly acknowledged: readonly Acknowledgement[];
  readonly consequences: readonly Consequence[];
  readonly unresolved: readonly string[];
  readonly refused: readonly string[];
} & RequestSummary;

export type Load = {
  /** Begins no more tasks, and repeats requests under way until they are answered. */
  readonly finish: (withinMs: number) => Promise<LoadResult>;
};

const dayMs = 86_400_000;

/** Users whom nobody used before. Throws when the API does not take one. */
export const enlist = (baseUrl: string, count: number): Promise<readonly VirtualUser[]> =>
  signUpMany(baseUrl, count);

/** Starts users who each do one thing after the other, evenly spread over time. */
export function startLoad(options: LoadOptions): Load {
  const { baseUrl, users, rate, mix, remindInMs = 4_000, signal } = options;
  const acknowledged: Acknowledgement[] = [];
  const consequences: Consequence[] = [];
  const unresolved: string[] = [];
  const refused: string[] = [];
  const requests = createRequests(baseUrl, signal);
  const ending = new AbortController();
  setMaxListeners(0, ending.signal); // every user listens
  signal.addEventListener("abort", () => ending.abort(), { once: true });
  const startedAt = performance.now();
  const intervalMs = (1_000 * users.length) / rate;
  let begun = 0;
  const lives = users.map((user, index) => live(user, startedAt + (index * 1_000) / rate));

  async function live(user: VirtualUser, firstAt: number): Promise<void> {
    for (let nextAt = firstAt; ; nextAt = Math.max(nextAt + intervalMs, performance.now())) {
      const waitMs = Math.max(0, nextAt - performance.now());
      // Rejects when the load ends, which the next line finds out.
      await sleep(waitMs, undefined, { signal: ending.signal }).catch(() => undefined);
      if (ending.signal.aborted) return;
      await doNext(user, begun++ % 10);
    }
  }

  async function doNext(user: VirtualUser, turn: number): Promise<void> {
    if (mix === "plain") return void (await create(user, {}));
    const due_date = new Date(Date.now() + dayMs).toISOString();
    if (turn === 0) return completeOneOfSeries(user, due_date);
    const task = await create(user, { due_date });
    if (task && turn % 5 === 2) await remind(user, task.id);
  }

  async function create(user: VirtualUser, task: object): Promise<Task | undefined> {
    const key = randomUUID();
    const body = { title: `Under load ${key}`, ...task };
    const made = await expectStatus(user, 201, { method: "POST", path: "/api/tasks", body, key });
    if (!made) return undefined;
    const created = JSON.parse(made) as Task;
    acknowledged.push({ userId: user.id, taskId: created.id, eventType: "created" });
    return created;
  }

  async function completeOneOfSeries(user: VirtualUser, due_date: string): Promise<void> {
    const recurring = { rule: "FREQ=DAILY", time_zone: "Europe/Berlin" };
    const task = await create(user, { due_date, recurring });
    if (!task?.recurring) return;
    const path = `/api/tasks/${task.id}/complete`;
    if (!(await expectStatus(user, 200, { method: "POST", path, key: randomUUID() }))) return;
    acknowledged.push({ userId: user.id, taskId: task.id, eventType: "completed" });
    consequences.push({ userId: user.id, of: "series", key: task.recurring.series_id });
  }

  /** Asked again it is the same reminder, fired or not, unless its time passed before it was set. */
  async function remind(user: VirtualUser, taskId: string): Promise<void> {
    const path = `/api/tasks/${taskId}/reminders`;
    for (;;) {
      const remind_at = new Date(Date.now() + remindInMs).toISOString();
      const body = { reminders: [{ type: "custom", remind_at }] };
      const reply = await requests.ask(user, { method: "PUT", path, body });
      const tooLate = reply?.status === 400 && Date.parse(remind_at) < Date.now();
      if (tooLate && !signal.aborted) continue;
      const set = settle(user, 200, reply);
      if (!set) return;
      const { reminders } = JSON.parse(set) as { reminders: { id: string }[] };
      consequences.push({ userId: user.id, of: "reminder", key: reminders[0]?.id ?? "none" });
      return;
    }
  }

  const expectStatus = async (user: VirtualUser, status: number, wanted: Wanted) =>
    settle(user, status, await requests.ask(user, wanted));

  /** The text of the answer that was hoped for; notes any other. */
  function settle(user: VirtualUser, status: number, reply: Reply | undefined) {
    if (reply?.status === status) return reply.text;
    if (reply) refused.push(`${reply.status} ${reply.text}`);
    else unresolved.push(user.id);
    return undefined;
  }

  return {
    finish: async (withinMs) => {
      requests.giveUpAfter(withinMs);
      ending.abort();
      await Promise.all(lives);
      return { acknowledged, consequences, unresolved, refused, ...requests.summary() };
    },
  };
}

type Task = { readonly id: string; readonly recurring: { readonly series_id: string } | null };
