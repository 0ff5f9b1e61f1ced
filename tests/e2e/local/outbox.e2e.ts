import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { services } from "#apps/contracts/services.ts";
import { connect } from "#apps/kit/database/connect.ts";
import { createOutbox } from "#apps/kit/events/outbox.ts";
import { requireStack } from "../stack.ts";

const url = new URL("/todo", requireStack().postgres.adminUrl);
const schema = `outbox_${randomUUID().slice(0, 8)}`;
const admin = connect(url.href, { maxConnections: 1 });
url.searchParams.set("options", `-csearch_path=${schema}`);
const [first, second, reader] = [connect(url.href), connect(url.href), connect(url.href)] as const;

beforeAll(async () => {
  await admin.database.execute(
    sql.raw(`create schema ${schema};
      create table ${schema}.user_sequences (like backend.user_sequences including all);
      create table ${schema}.outbox (like backend.outbox including all);`),
  );
});
afterAll(async () => {
  await admin.database.execute(sql.raw(`drop schema ${schema} cascade`));
  await Promise.all([admin, first, second, reader].map(({ close }) => close()));
});

const any = <T>(items: readonly T[]): T => items[Math.floor(Math.random() * items.length)] as T;

// Only a server with several connections can say so: that of the unit tests has one.
test("groups of changes of the same users never wait for each other, and leave no gap to be seen", async () => {
  const { record } = createOutbox(services.backend);
  const users = Array.from({ length: 12 }, () => randomUUID());
  const change = () => {
    const userId = any(users);
    const task = {
      ...{ id: randomUUID(), title: "One of many", completed: false, version: 1 },
      priority: "low",
    } as const;
    const data = { user_id: userId, update_type: "created", task } as const;
    const publications = [{ topic: "task-updates", data } as const];
    return { userId, occurredAt: new Date(), traceparent: "", publications };
  };
  const rounds = 40;
  const write = async ({ database }: typeof first) => {
    let changes = 0;
    for (let round = 0; round < rounds; round++) {
      const group = Array.from({ length: any([1, 5, 20]) }, change);
      expect(await record(database, group)).toHaveLength(group.length);
      changes += group.length;
    }
    return changes;
  };

  let writing = true;
  const reading = (async () => {
    do {
      const { rows } = (await reader.database.execute(
        sql`select user_id, sequence from outbox order by id`,
      )) as unknown as { rows: { user_id: string; sequence: string }[] };
      for (const user of users) {
        const seen = rows.filter((row) => row.user_id === user).map((row) => Number(row.sequence));
        expect(seen).toEqual(seen.map((_, index) => index + 1));
      }
    } while (writing);
  })();
  const writers = [first, second].flatMap((replica) => [1, 2, 3].map(() => write(replica)));
  const written = await Promise.all(writers).finally(() => {
    writing = false;
  });
  await reading;

  const counted = await reader.database.execute(sql`select count(*)::int as rows from outbox`);
  const { rows } = counted as unknown as { rows: { rows: number }[] };
  expect(rows).toEqual([{ rows: written.reduce((sum, one) => sum + one, 0) }]);
});
