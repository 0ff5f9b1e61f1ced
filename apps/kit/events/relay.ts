import { and, asc, count, eq, notInArray, type SQL, sql } from "drizzle-orm";
import type { Logger } from "pino";
import type { Database } from "#apps/kit/database/connect.ts";
import { reasonOf } from "#apps/kit/database/reason.ts";
import type { Lanes } from "./lanes.ts";
import { laneCount } from "./outbox.ts";
import type { OutboxRow } from "./tables.ts";
import { outbox } from "./tables.ts";
import { wavesOf } from "./waves.ts";

/** Sends rows of one topic in one bulk call. Resolves to the ids (outbox.id) that were refused. */
export type PublishBulk = (topic: string, rows: readonly OutboxRow[]) => Promise<Set<number>>;

export type RelayDeps = {
  readonly database: Database;
  readonly lanes: Lanes;
  readonly publish: PublishBulk;
  readonly log: Logger;
  /** Called after each bulk call, with what it did. */
  readonly observe?: (topic: string, sent: number, refused: number, tookMs: number) => void;
};

export type Relay = {
  /** Says that a lane may have new rows: call it after commit, it never throws. */
  readonly wake: (lane: number) => void;
  /** Rows waiting, 100,000 at most, and the age of the oldest in ms (0 when none). */
  readonly backlog: () => Promise<{ depth: number; oldestAgeMs: number }>;
  /** Finishes the calls in flight, then stops. */
  readonly stop: () => Promise<void>;
};

const rowsPerRead = 500;
const mostCounted = 100_000;
const pollMs = 100;
const firstBackoffMs = 100;
const longestBackoffMs = 2_000;

/**
 * Moves committed events from the outbox to Kafka, each user's in the order of their sequence.
 *
 * Order: the lock on a user's counter lets the rows of one user become visible only in their
 * order, a lane has one reader, and a bulk call never holds two rows of one user (see wavesOf).
 * Nothing is lost: a row is deleted only after its call succeeded. A crash or a time-out in
 * between sends it again with the same id.
 */
export function startRelay(deps: RelayDeps): Relay {
  const signals = Array.from({ length: laneCount }, () => createSignal());
  let stopped = false;

  const loops = signals.map((signal, lane) => runLane(lane, signal));
  const poller = runPoller();

  async function runLane(lane: number, signal: Signal): Promise<void> {
    let backoffMs = 0;
    while (!stopped) {
      await signal.wait(backoffMs || undefined);
      if (stopped || !deps.lanes.owns(lane)) continue;
      try {
        const left = await drainLane(lane);
        backoffMs = left ? nextBackoff(backoffMs) : 0;
      } catch (error) {
        backoffMs = nextBackoff(backoffMs);
        deps.log.warn({ lane, backoffMs, error: reasonOf(error) }, "relay: will try again");
      }
    }
  }

  /** Sends all that a lane has; true when something was refused and waits for another try. */
  async function drainLane(lane: number): Promise<boolean> {
    const round: Round = { refusedUsers: new Set(), away: false };
    const { refusedUsers } = round;
    while (!stopped && !round.away && deps.lanes.owns(lane)) {
      const rows = await deps.database
        .select()
        .from(outbox)
        .where(
          refusedUsers.size
            ? and(eq(outbox.lane, lane), notInArray(outbox.userId, [...refusedUsers]))
            : eq(outbox.lane, lane),
        )
        .orderBy(asc(outbox.id))
        .limit(rowsPerRead);
      if (rows.length === 0) break;
      const sent = await sendInOrder(rows, round);
      if (sent.length) await deps.database.delete(outbox).where(isAnyOf(sent));
      // That was all there was; what has come since has raised the signal, or the poll finds it.
      if (rows.length < rowsPerRead) break;
    }
    return refusedUsers.size > 0;
  }

  async function sendInOrder(rows: OutboxRow[], round: Round): Promise<number[]> {
    const { refusedUsers } = round;
    const sent: number[] = [];
    for (const wave of wavesOf(rows)) {
      if (stopped || round.away || !deps.lanes.owns(rows[0]?.lane ?? -1)) break;
      await Promise.all(
        wave.map(async ({ topic, rows: all }) => {
          const sendable = all.filter((row) => !refusedUsers.has(row.userId));
          if (sendable.length === 0) return;
          const startedAt = performance.now();
          const refused = await publishOrRefuse(topic, sendable, round);
          for (const row of sendable) {
            if (refused.has(row.id)) refusedUsers.add(row.userId);
            else sent.push(row.id);
          }
          const tookMs = performance.now() - startedAt;
          deps.observe?.(topic, sendable.length - refused.size, refused.size, tookMs);
        }),
      );
    }
    return sent;
  }

  async function publishOrRefuse(
    topic: string,
    rows: OutboxRow[],
    round: Round,
  ): Promise<Set<number>> {
    try {
      return await deps.publish(topic, rows);
    } catch (error) {
      deps.log.warn({ topic, rows: rows.length, error: reasonOf(error) }, "relay: call failed");
      // A call that failed whole says nothing of single rows: the sidecar is away, and asking it
      // for the users behind these would only cost time.
      round.away = true;
      return new Set(rows.map((row) => row.id));
    }
  }

  // Commits of this process wake their lane at once; the poll finds what others have left.
  async function runPoller(): Promise<void> {
    while (!stopped) {
      try {
        const waiting = await deps.database
          .select({ lane: sql<number>`lanes.number` })
          .from(sql`generate_series(0, ${laneCount - 1}) as lanes(number)`)
          // Looks up one row a lane, however long the outbox has grown.
          .where(sql`exists (select 1 from ${outbox} where ${outbox.lane} = lanes.number)`);
        for (const { lane } of waiting) signals[lane]?.raise();
      } catch (error) {
        deps.log.debug({ error: reasonOf(error) }, "relay: cannot read the outbox");
      }
      await new Promise((resolve) => setTimeout(resolve, pollMs));
    }
  }

  return {
    wake: (lane) => signals[lane]?.raise(),
    backlog: async () => {
      // Bounded, as it is asked again and again, and most of all when much is waiting.
      const some = deps.database
        .select({ id: outbox.id })
        .from(outbox)
        .limit(mostCounted)
        .as("some");
      const [counted] = await deps.database.select({ depth: count() }).from(some);
      const [first] = await deps.database
        .select({ occurredAt: outbox.occurredAt })
        .from(outbox)
        .orderBy(asc(outbox.id))
        .limit(1);
      const oldestAgeMs = first ? Date.now() - first.occurredAt.getTime() : 0;
      return { depth: counted?.depth ?? 0, oldestAgeMs: Math.max(0, oldestAgeMs) };
    },
    stop: async () => {
      stopped = true;
      for (const signal of signals) signal.raise();
      await Promise.all([...loops, poller]);
    },
  };
}

/** What one go at a lane has met. */
type Round = {
  /** Users with a refused row: their later rows must not overtake it. */
  readonly refusedUsers: Set<string>;
  away: boolean;
};

/** One parameter however many ids: a list of five hundred is slow to build and to parse. */
const isAnyOf = (ids: readonly number[]): SQL =>
  sql`${outbox.id} = any(${sql.param(`{${ids.join(",")}}`)}::bigint[])`;

const nextBackoff = (backoffMs: number): number =>
  Math.min(longestBackoffMs, backoffMs ? backoffMs * 2 : firstBackoffMs);

type Signal = ReturnType<typeof createSignal>;

/** A flag that one waiter consumes; raising it twice before is the same as once. */
function createSignal() {
  let raised = false;
  let release: (() => void) | undefined;
  return {
    raise: () => {
      raised = true;
      release?.();
    },
    /** Waits for the flag; with a time, for that time first, so that a back-off is kept. */
    wait: async (delayMs?: number): Promise<void> => {
      if (delayMs) {
        await new Promise((resolve) => setTimeout(resolve, delayMs));
        raised = false;
        return;
      }
      if (!raised) {
        await new Promise<void>((resolve) => {
          release = resolve;
        });
      }
      raised = false;
      release = undefined;
    },
  };
}
