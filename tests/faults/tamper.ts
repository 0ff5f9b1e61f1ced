import { setTimeout as sleep } from "node:timers/promises";
import { isAlive } from "#infra/host/provider/proc.ts";
import type { Stack } from "../e2e/stack.ts";
import type { Findings } from "./check.ts";
import { processOf } from "./fault.ts";
import type { Witness } from "./witness.ts";

/** A way to break the promise on purpose, which the check has to find. */
export type Tampering = {
  readonly name: string;
  /** Does it to rows that wait in the outbox; resolves to the tasks, or tellings, concerned. */
  readonly tamper: (witness: Witness, userIds: readonly string[]) => Promise<string[]>;
  /** Whether the check says what was done to these tasks, and says it of no other. */
  readonly isFound: (findings: Findings, taskIds: readonly string[]) => boolean;
};

const wanted = 3;
/**
 * The sidecar stands still for less than the ten seconds after which the relay gives a call up.
 * So each lane of the outbox hangs in its first call, and what came in later is not yet read.
 */
const standstillMs = 4_000;

export const tamperings: readonly Tampering[] = [
  { name: "prove: lost", tamper: deleteRows, isFound: isLossFound },
  { name: "prove: swapped", tamper: swapRows, isFound: isSwapFound },
  { name: "prove: not told", tamper: deleteFromFeed, isFound: isSilenceFound },
];

/** Stops backend's sidecar so that events wait, tampers with some, and lets it go on. */
export async function tamperWhileStopped(
  stack: Stack,
  witness: Witness,
  { tamper }: Tampering,
  userIds: readonly string[],
): Promise<string[]> {
  const sidecar = processOf(stack, "backend-sidecar");
  process.kill(sidecar.pid, "SIGSTOP");
  try {
    await sleep(standstillMs);
    const taskIds = await tamper(witness, userIds);
    if (taskIds.length < wanted) throw new Error(`only ${taskIds.length} events waited unread`);
    return taskIds;
  } finally {
    if (isAlive(sidecar)) process.kill(sidecar.pid, "SIGCONT");
  }
}

async function deleteRows({ sql }: Witness, userIds: readonly string[]): Promise<string[]> {
  const rows = await sql<{ subject: string }[]>`
    delete from backend.outbox where id in (
      select row.id from backend.outbox as row
      where row.topic = 'task-events' and row.user_id = any(${[...userIds]}::uuid[])
        and exists (
          select from backend.outbox as read
          where read.lane = row.lane and read.occurred_at < row.occurred_at - interval '1 second')
      order by row.id desc limit ${wanted})
    returning subject`;
  return rows.map(({ subject }) => subject);
}

// By way of negative ids, as an id may not be there twice even for a moment.
async function swapRows({ sql }: Witness, userIds: readonly string[]): Promise<string[]> {
  const swapped = await sql.begin(async (tx) => {
    const pairs = await tx<{ ids: string[]; subjects: string[] }[]>`
      select array_agg(id::text order by id desc) as ids,
        array_agg(subject order by id desc) as subjects
      from (
        select row.*, row_number() over (partition by row.user_id order by row.id desc) as rank
        from backend.outbox as row
        where row.topic = 'task-events' and row.user_id = any(${[...userIds]}::uuid[])
          and exists (
            select from backend.outbox as read
            where read.lane = row.lane and read.occurred_at < row.occurred_at - interval '1 second')
      ) as latest
      where rank <= 2 group by user_id having count(*) = 2 limit ${wanted}`;
    for (const { ids } of pairs) {
      const [later = "", earlier = ""] = ids;
      await tx`update backend.outbox set id = -id where id = ${later}`;
      await tx`update backend.outbox set id = ${later} where id = ${earlier}`;
      await tx`update backend.outbox set id = ${earlier} where id = -(${later}::bigint)`;
    }
    return pairs;
  });
  return swapped.map(({ subjects }) => subjects[1] ?? "");
}

// From the feed as well, where sync finds what it was not told.
async function deleteFromFeed({ sql }: Witness, userIds: readonly string[]): Promise<string[]> {
  const rows = await sql<{ userId: string; sequence: number }[]>`
    with updates as (
      delete from backend.outbox where id in (
        select row.id from backend.outbox as row
        where row.topic = 'task-updates' and row.user_id = any(${[...userIds]}::uuid[])
          and exists (
            select from backend.outbox as read
            where read.lane = row.lane and read.occurred_at < row.occurred_at - interval '1 second')
        order by row.id desc limit ${wanted})
      returning user_id, sequence)
    delete from backend.task_changes as change using updates
    where change.user_id = updates.user_id and change.sequence = updates.sequence
    returning change.user_id as "userId", change.sequence::float8 as sequence`;
  return rows.map(({ userId, sequence }) => `told ${userId} ${sequence}`);
}

function isSilenceFound({ missing }: Findings, told: readonly string[]): boolean {
  return missing.length === told.length && told.every((one) => missing.includes(one));
}

function isLossFound({ missing }: Findings, taskIds: readonly string[]): boolean {
  const isNamed = (text: string) => taskIds.some((taskId) => text.includes(taskId));
  return missing.length === taskIds.length && missing.every(isNamed);
}

// The one that was written first comes second now, and is what is said to be late.
function isSwapFound({ outOfOrder, missing }: Findings, taskIds: readonly string[]): boolean {
  const areFound = taskIds.every((taskId) => outOfOrder.some((text) => text.includes(taskId)));
  return areFound && outOfOrder.length === taskIds.length && missing.length === 0;
}
