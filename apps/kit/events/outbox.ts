import { type SQL, sql } from "drizzle-orm";
import { uuidv7 } from "uuidv7";
import type { NewEvent } from "#apps/contracts/events.ts";
import { eventTypeOf, subjectOf } from "#apps/contracts/events.ts";
import type { ServiceContract } from "#apps/contracts/services.ts";
import type { Topic } from "#apps/contracts/topics.ts";
import type { Database } from "#apps/kit/database/connect.ts";
import { type counterTable, outbox, userSequences } from "./tables.ts";

/** Lanes share the users between relays; more than the replicas a service will ever have. */
export const laneCount = 16;

type Publishes<S extends ServiceContract> = S["publishes"][number];

/** One event to publish, typed by its topic; only topics that the service declares are accepted. */
export type Publication<T extends Topic> = { [K in T]: { topic: K; data: NewEvent<K> } }[T];

/** The change that the events tell of. */
export type Change = {
  readonly userId: string;
  readonly occurredAt: Date;
  /** W3C traceparent of the request that caused the change. */
  readonly traceparent: string;
};

export type RecordOptions = {
  /** Of a stream that counts for itself; the changes of users have `user_sequences`. */
  readonly counter?: ReturnType<typeof counterTable>;
  /**
   * Statements of the same change that write; they may read the sequence `from taken` as
   * `taken.last`. A change that is nothing but these needs no transaction around it.
   */
  readonly also?: readonly SQL[];
};

export type Outbox<S extends ServiceContract> = {
  /**
   * Takes the user's next sequence and stores the events of a change with it, all in one statement.
   * It locks the user's counter until its transaction ends, which is what puts the changes of one
   * user in order, so call it as late as the work allows.
   */
  readonly record: (
    database: Database,
    change: Change,
    publications: readonly Publication<Publishes<S>>[],
    options?: RecordOptions,
  ) => Promise<number>;
  /** Stores events of a stream that counts by itself, in the transaction of their change. */
  readonly append: (
    tx: Database,
    change: Change & { readonly sequence: number },
    publications: readonly Publication<Publishes<S>>[],
  ) => Promise<void>;
};

/** The publishing side of a service: what it may publish follows from its contract. */
export function createOutbox<S extends ServiceContract>(contract: S): Outbox<S> {
  return {
    record: async (database, change, publications, options = {}) => {
      const { counter = userSequences, also = [] } = options;
      const { userId, occurredAt, traceparent } = change;
      const events = JSON.stringify(publications.map((one) => eventOf(contract, one)));
      const writes = also.map(
        (write, index) => sql`, also_${sql.raw(String(index))} as (${write})`,
      );
      const statement = sql`
        with taken as (
          insert into ${counter} (user_id, last) values (${userId}, 1)
          on conflict (user_id) do update set last = ${counter.last} + 1
          returning last
        )${sql.join(writes)}, stored as (
          insert into ${outbox} (lane, topic, user_id, event_id, type, subject, sequence,
            occurred_at, traceparent, data)
          select ${laneOf(userId)}::smallint, event.topic, ${userId}::uuid, event.event_id,
            event.type, event.subject, taken.last, ${occurredAt.toISOString()}::timestamptz,
            ${traceparent}::text, event.data
          from taken, jsonb_to_recordset(${events}::jsonb)
            as event(topic text, event_id uuid, type text, subject text, data jsonb)
        )
        select last from taken`;
      const { rows } = (await database.execute(statement)) as unknown as Rows<{ last: string }>;
      if (!rows[0]) throw new Error("the user's counter returned no row");
      return Number(rows[0].last);
    },
    append: async (tx, change, publications) => {
      const { userId, sequence, occurredAt, traceparent } = change;
      const rows = publications.map((publication) => {
        const { event_id: eventId, ...event } = eventOf(contract, publication);
        const data = event.data as Record<string, unknown>;
        const lane = laneOf(userId);
        return { ...event, ...{ lane, userId, eventId, data, sequence, occurredAt, traceparent } };
      });
      await tx.insert(outbox).values(rows);
    },
  };
}

/** What PostgreSQL's drivers give for a statement of our own. */
type Rows<R> = { readonly rows: readonly R[] };

/** What is stored of an event beside its change; a new id each time. */
const eventOf = <T extends Topic>(
  contract: ServiceContract,
  { topic, data }: { readonly topic: T; readonly data: NewEvent<T> },
) => ({
  topic: declared(contract, topic),
  event_id: uuidv7(),
  type: eventTypeOf(topic, data),
  subject: subjectOf(topic, data),
  data,
});

/** The lane of a user, stable for ever: FNV-1a over the id. */
export function laneOf(userId: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < userId.length; index++) {
    hash = Math.imul(hash ^ userId.charCodeAt(index), 0x01000193) >>> 0;
  }
  return hash % laneCount;
}

// The types forbid it already; this catches a caller that has cast them away.
function declared(contract: ServiceContract, topic: Topic): Topic {
  if (!contract.publishes.includes(topic)) throw new Error(`${topic} is not declared as published`);
  return topic;
}
