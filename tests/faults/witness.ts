import { Admin, ListOffsetTimestamps } from "@platformatic/kafka";
import postgres from "postgres";
import { appIds, deadLettersOf } from "#apps/contracts/services.ts";
import { kafkaOptions } from "../e2e/local/kafka.ts";
import type { Stack } from "../e2e/stack.ts";
import type { ActivityRow } from "./check.ts";

/** Looks at the stores behind the application. Every call may reject while they are away. */
export type Witness = {
  readonly sql: postgres.Sql;
  /** All entries of these users in audit's log. */
  readonly activityOf: (userIds: readonly string[]) => Promise<ActivityRow[]>;
  readonly createdCount: (userIds: readonly string[]) => Promise<number>;
  /** Events of these users that wait in backend's outbox. */
  readonly waitingCount: (userIds: readonly string[]) => Promise<number>;
  /** Sum of the end offsets of all dead-letter topics; rejects when one is not there. */
  readonly deadLetterEnd: () => Promise<bigint>;
  readonly close: () => Promise<void>;
};

const database = "todo";

/** Connects as administrator at the first question. */
export function createWitness(stack: Pick<Stack, "kafka" | "postgres">): Witness {
  const sql = postgres(stack.postgres.adminUrl, {
    database,
    max: 2,
    connect_timeout: 5,
    onnotice: () => undefined,
  });
  return {
    sql,
    activityOf: async (userIds) => [
      ...(await sql<ActivityRow[]>`
        select position::float8 as position, user_id as "userId", task_id as "taskId",
          event_type as "eventType", sequence::float8 as sequence
        from audit.activity where kind = 'task' and user_id = any(${[...userIds]}::uuid[])`),
    ],
    createdCount: async (userIds) => {
      const [row] = await sql<{ count: number }[]>`
        select count(*)::int as count from audit.activity
        where kind = 'task' and event_type = 'created' and user_id = any(${[...userIds]}::uuid[])`;
      return row?.count ?? 0;
    },
    waitingCount: async (userIds) => {
      const [row] = await sql<{ count: number }[]>`
        select count(*)::int as count from backend.outbox
        where user_id = any(${[...userIds]}::uuid[])`;
      return row?.count ?? 0;
    },
    deadLetterEnd: () => deadLetterEnd(stack),
    close: () => sql.end({ timeout: 5 }),
  };
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
