import type postgres from "postgres";
import type { Consequence } from "./effects.ts";

type Tampering = {
  readonly of: Consequence["of"];
  readonly tamper: (sql: postgres.Sql, key: string) => Promise<{ readonly count: number }>;
  /** What the check has to say of it; of effects that are found by others, of those as well. */
  readonly said: readonly { readonly as: "missing" | "duplicate"; readonly what: string }[];
};

const tamperings: readonly Tampering[] = [
  {
    of: "reminder",
    tamper: (sql, key) => sql`delete from notification.notifications where reminder_id = ${key}`,
    said: [
      { as: "missing", what: "notification" },
      { as: "missing", what: "mail" },
    ],
  },
  {
    of: "reminder",
    tamper: (sql, key) => sql`
      insert into backend.notifications (id, user_id, reminder_id, kind, title, body, created_at)
      select gen_random_uuid(), user_id, reminder_id, kind, title, body, created_at
      from backend.notifications where reminder_id = ${key}`,
    said: [{ as: "duplicate", what: "list: 2 times" }],
  },
  {
    of: "reminder",
    tamper: (sql, key) => sql`update backend.reminders set status = 'fired' where id = ${key}`,
    said: [{ as: "missing", what: "reminder: sent" }],
  },
  {
    of: "series",
    tamper: (sql, key) => sql`
      delete from backend.tasks where recurring->>'series_id' = ${key} and not completed`,
    said: [{ as: "missing", what: "next task" }],
  },
  {
    of: "series",
    tamper: (sql, key) => sql`
      insert into backend.tasks (id, user_id, title, description, priority, tags, due_date,
        recurring, created_at, updated_at)
      select gen_random_uuid(), user_id, title, description, priority, tags, due_date,
        recurring, created_at, updated_at
      from backend.tasks where recurring->>'series_id' = ${key} and not completed`,
    said: [{ as: "duplicate", what: "next task: 2 times" }],
  },
];

/**
 * Breaks the promise in every service that has effects, each of another consequence; resolves to
 * what the check has to say, all of it and nothing else.
 */
export async function tamperWithEffects(
  sql: postgres.Sql,
  consequences: readonly Consequence[],
): Promise<string[]> {
  const said: string[] = [];
  const left = [...consequences];
  for (const tampering of tamperings) {
    const index = left.findIndex(({ of }) => of === tampering.of);
    const [one] = index < 0 ? [] : left.splice(index, 1);
    if (!one) throw new Error(`the load had too little of: ${tampering.of}`);
    const { count } = await tampering.tamper(sql, one.key);
    if (count !== 1) throw new Error(`${count} rows of ${one.of} ${one.key} were tampered with`);
    said.push(
      ...tampering.said.map(({ as, what }) => `${as}: ${one.of} ${one.userId}/${one.key} ${what}`),
    );
  }
  return said;
}
