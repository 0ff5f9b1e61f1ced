import { Admin, ListOffsetTimestamps } from "@platformatic/kafka";
import postgres from "postgres";
import { appIds, deadLettersOf } from "#apps/contracts/services.ts";
import { kafkaOptions } from "../e2e/local/kafka.ts";
import type { Stack } from "../e2e/stack.ts";
import type { ActivityRow, Evidence } from "./check.ts";
import type { Effect } from "./effects.ts";

/** What is to be seen of users behind the application. */
export type Sight = Pick<Evidence, "activity" | "effects"> & {
  /** Events that wait in the outbox of a service. */
  readonly waiting: number;
};

/** Looks at the stores behind the application. Every call may reject while they are away. */
export type Witness = {
  readonly sql: postgres.Sql;
  readonly look: (userIds: readonly string[]) => Promise<Sight>;
  /** Sum of the end offsets of all dead-letter topics; rejects when one is not there. */
  readonly deadLetterEnd: () => Promise<bigint>;
  readonly close: () => Promise<void>;
};

const database = "todo";

/** Connects as administrator at the first question. */
export function createWitness(stack: Pick<Stack, "kafka" | "postgres">): Witness {
  const sql = postgres(stack.postgres.adminUrl, {
    database,
    max: 3,
    connect_timeout: 5,
    onnotice: () => undefined,
  });
  return {
    sql,
    look: async (userIds) => {
      const ids = [...userIds];
      const [activity, effects, waiting] = await Promise.all([
        activityOf(sql, ids),
        effectsOf(sql, ids),
        waitingOf(sql, ids),
      ]);
      return { activity, effects, waiting };
    },
    deadLetterEnd: () => deadLetterEnd(stack),
    close: () => sql.end({ timeout: 5 }),
  };
}

const activityOf = async (sql: postgres.Sql, ids: string[]): Promise<ActivityRow[]> => [
  ...(await sql<ActivityRow[]>`
    select position::float8 as position, user_id as "userId", kind, task_id as "taskId",
      task_data->'recurring'->>'series_id' as "seriesId", event_type as "eventType", source,
      sequence::float8 as sequence
    from audit.activity where user_id = any(${ids}::uuid[])`),
];

/** One row for each effect at each of the stages (effects.ts), in whichever service has it. */
const effectsOf = async (sql: postgres.Sql, ids: string[]): Promise<Effect[]> => [
  ...(await sql<Effect[]>`
    with mine as (select * from audit.activity where user_id = any(${ids}::uuid[]))
    select 'log: registered' as stage, user_id as "userId", user_id::text as key
      from mine where kind = 'user'
    union all select 'log: due', user_id, details->>'reminder_id' from mine where kind = 'reminder'
    union all select 'log: notified', user_id, coalesce(details->>'reminder_id', user_id::text)
      from mine where kind = 'notification'
    union all select 'log: next task', user_id, task_data->'recurring'->>'series_id'
      from mine where kind = 'task' and event_type = 'created' and source = 'recurring'
    union all select 'next task', user_id, recurring->>'series_id' from backend.tasks
      where user_id = any(${ids}::uuid[]) and recurring is not null and not completed
    union all select 'reminder: sent', user_id, id::text from backend.reminders
      where user_id = any(${ids}::uuid[]) and status = 'sent'
    union all select 'list', user_id, coalesce(reminder_id, user_id)::text
      from backend.notifications where user_id = any(${ids}::uuid[])
    union all select 'notification', user_id, coalesce(reminder_id, user_id)::text
      from notification.notifications where user_id = any(${ids}::uuid[])
    union all select 'mail', mail.user_id, coalesce(told.reminder_id, told.user_id)::text
      from notification.mails as mail join notification.notifications as told using (id)
      where mail.user_id = any(${ids}::uuid[]) and mail.status = 'sent'`),
];

async function waitingOf(sql: postgres.Sql, ids: string[]): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    select (select count(*) from backend.outbox where user_id = any(${ids}::uuid[]))::int
      + (select count(*) from notification.outbox where user_id = any(${ids}::uuid[]))::int
      as count`;
  return row?.count ?? 0;
}

async function deadLetterEnd(stack: Pick<Stack, "kafka">): Promise<bigint> {
  const admin = new Admin({ ...kafkaOptions(stack, "faults"), timeout: 10_000 });
  try {
    const names = appIds.flatMap(deadLettersOf);
    const { topics } = await admin.metadata({ topics: names, forceUpdate: true });
    const asked = names.map((name) => {
      const count = topics.get(name)?.partitionsCount;
      if (!count) throw new Error(`Kafka has no topic ${name}`);
      const partitions = Array.from({ length: count }, (_, partitionIndex) => ({
        partitionIndex,
        timestamp: ListOffsetTimestamps.LATEST,
      }));
      return { name, partitions };
    });
    const listed = await admin.listOffsets({ topics: asked });
    const ends = listed.flatMap((topic) => topic.partitions.map(({ offset }) => offset));
    const expected = asked.reduce((sum, { partitions }) => sum + partitions.length, 0);
    if (ends.length !== expected) throw new Error(`${ends.length} of ${expected} ends were told`);
    return ends.reduce((sum, end) => sum + end, 0n);
  } finally {
    await admin.close();
  }
}
