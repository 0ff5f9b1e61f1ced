import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import type { Entry, User } from "./client.ts";

/** Long enough after the last entry for one too many to show itself. */
const strayMs = 300;
const pollMs = 25;

/**
 * How long an event may be on its way in a behaviour. It takes a tenth of a second, but a
 * record that an earlier behaviour has poisoned may still hold its partition for 15 s, and a reminder
 * whose job was lost with the scheduler waits for the sweep. How fast events are, the bench measures.
 */
export const arrivalMs = 25_000;

export type EntriesWanted = {
  readonly taskId?: string;
  readonly count: number;
  readonly withinMs?: number;
};

/**
 * What the user's log says of tasks, oldest first, once it has this many entries; fails when they take
 * longer than allowed, and when there are more of them a little later.
 */
export async function entriesOf(user: User, wanted: EntriesWanted): Promise<Entry[]> {
  const query = new URLSearchParams({ limit: "100", kind: "task" });
  if (wanted.taskId) query.set("task_id", wanted.taskId);
  const { withinMs = arrivalMs } = wanted;
  const since = performance.now();
  const read = async () => {
    const answer = await user.activity(`?${query}`);
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    return answer.body.entries;
  };
  let entries = await read();
  while (entries.length < wanted.count) {
    const tookMs = Math.round(performance.now() - since);
    const found = `${entries.length} of ${wanted.count} entries after ${tookMs} ms`;
    expect(tookMs, found).toBeLessThan(withinMs);
    await sleep(pollMs);
    entries = await read();
  }
  const tookMs = Math.round(performance.now() - since);
  expect(tookMs, "the entries are all there, but late").toBeLessThan(withinMs);
  await sleep(strayMs);
  entries = await read();
  expect(entries.map(summary)).toHaveLength(wanted.count);
  return entries.reverse();
}

const summary = (entry: Entry): string =>
  `${entry.sequence} ${entry.event_type} ${entry.task_id} ${entry.event_id}`;
