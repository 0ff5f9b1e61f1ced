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

/** A change with all that it writes. */
export type Recorded<P> = Change & {
  readonly publications: readonly P[];
  /** What the statements of `also` write of it. */
  readonly row?: object;
};

export type RecordOptions = {
  /** Of a stream that counts for itself; the changes of users have `user_sequences`. */
  readonly counter?: ReturnType<typeof counterTable>;
  /**
   * Statements that write what else belongs to the changes: they read `from changes`, each with
   * `user_id`, `sequence`, `occurred_at` and its `row`. Changes that are nothing but these need no
   * transaction around them.
   */
  readonly also?: readonly SQL[];
};

export type Outbox<S extends ServiceContract> = {
  /**
   * Takes the next sequence of its user for each change, in their order, and stores their events
   * with it, all in one statement; resolves to the sequences. It locks the users' counters until
   * its transaction ends, which is what puts the changes of one user in order, so call it as late
   * as the work allows.
   */
  readonly record: (
    database: Database,
    changes: readonly Recorded<Publication<Publishes<S>>>[],
    options?: RecordOptions,
  ) => Promise<number[]>;
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
    record: async (database, changes, { counter = userSequences, also = [] } = {}) => {
      const given = changes.map(({ publications, ...change }, number) => {
        return { ...change, number, lane: laneOf(change.userId) };
      });
      const events = changes.flatMap(({ publications }, change) =>
        publications.map((one) => ({ change, ...eventOf(contract, one) })),
      );
      const writes = also.map(
        (write, index) => sql`, also_${sql.raw(String(index))} as (${write})`,
      );
      // Counters are locked in the order of their users, so that two statements never wait for each
      // other. All are locked before the first row gets its id: the sort needs every change.
      const statement = sql`
        with given as (
          select number, lane, "userId" as user_id, "occurredAt" as occurred_at, traceparent, "row"
          from jsonb_to_recordset(${JSON.stringify(given)}::jsonb) as given(number int,
            lane smallint, "userId" uuid, "occurredAt" timestamptz, traceparent text, "row" jsonb)
        ), taken as (
          insert into ${counter} (user_id, last)
          select user_id, count(*) from given group by user_id order by user_id
          on conflict (user_id) do update set last = ${counter.last} + excluded.last
          returning user_id, last
        ), changes as (
          select given.*, taken.last + 1 - row_number() over (
            partition by given.user_id order by given.number desc) as sequence
          from given join taken using (user_id)
        )${sql.join(writes)}, stored as (
          insert into ${outbox} (lane, topic, user_id, event_id, type, subject, sequence,
            occurred_at, traceparent, data)
          select changes.lane, event.topic, changes.user_id, event."eventId", event.type,
            event.subject, changes.sequence, changes.occurred_at, changes.traceparent, event.data
          from changes join rows from (jsonb_to_recordset(${JSON.stringify(events)}::jsonb)
            as (change int, topic text, "eventId" uuid, type text, subject text, data jsonb))
            with ordinality as event(change, topic, "eventId", type, subject, data, place)
            on event.change = changes.number
          order by event.place
        )
        select sequence from changes order by number`;
      const { rows } = (await database.execute(statement)) as unknown as Rows<{ sequence: string }>;
      if (rows.length !== changes.length) throw new Error("a counter returned no row");
      return rows.map(({ sequence }) => Number(sequence));
    },
    append: async (tx, change, publications) => {
      const { userId, sequence, occurredAt, traceparent } = change;
      const rows = publications.map((publication) => {
        const event = eventOf(contract, publication);
        const data = event.data as Record<string, unknown>;
        const lane = laneOf(userId);
        return { ...event, ...{ lane, userId, data, sequence, occurredAt, traceparent } };
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
  eventId: uuidv7(),
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
