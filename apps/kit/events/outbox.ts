import { uuidv7 } from "uuidv7";
import type { NewEvent } from "#apps/contracts/events.ts";
import { eventTypeOf, subjectOf } from "#apps/contracts/events.ts";
import type { ServiceContract } from "#apps/contracts/services.ts";
import type { Topic } from "#apps/contracts/topics.ts";
import type { Database } from "#apps/kit/database/connect.ts";
import { takeNext } from "./counter.ts";
import { outbox, userSequences } from "./tables.ts";

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

export type Outbox<S extends ServiceContract> = {
  /**
   * Takes the user's next sequence. It locks the user's counter until the transaction ends, which
   * is what puts the changes of one user in order, so take it as late as the work allows.
   */
  readonly nextSequence: (tx: Database, userId: string) => Promise<number>;
  /** Stores events of one change in its transaction; they share the sequence of that change. */
  readonly append: (
    tx: Database,
    change: Change & { readonly sequence: number },
    publications: readonly Publication<Publishes<S>>[],
  ) => Promise<void>;
};

/** The publishing side of a service: what it may publish follows from its contract. */
export function createOutbox<S extends ServiceContract>(contract: S): Outbox<S> {
  return {
    nextSequence: (tx, userId) => takeNext(tx, userSequences, userId),
    append: async (tx, change, publications) => {
      const rows = publications.map((publication) => ({
        lane: laneOf(change.userId),
        topic: declared(contract, publication.topic),
        userId: change.userId,
        eventId: uuidv7(),
        type: eventTypeOf(publication.topic, publication.data),
        subject: subjectOf(publication.topic, publication.data),
        sequence: change.sequence,
        occurredAt: change.occurredAt,
        traceparent: change.traceparent,
        data: publication.data as Record<string, unknown>,
      }));
      await tx.insert(outbox).values(rows);
    },
  };
}

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
