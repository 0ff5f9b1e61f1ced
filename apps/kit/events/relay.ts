import { setTimeout as sleep } from "node:timers/promises";
import { asc, count, sql } from "drizzle-orm";
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
 * Rounds under way side by side, each of lanes of its own, where more waits than one carries or the
 * last one takes longer than `patienceMs`. Else what comes meanwhile shares the next.
 */
const mostRounds = 4;
const patienceMs = 100;
/** From the beginning of a round to that of the next: under load, what comes meanwhile shares it. */
const spacingMs = 15;

/**
 * Moves committed events from the outbox to Kafka, each user's in the order of their sequence.
 *
 * A round takes all lanes that have something and that no other round is at: a read, a bulk call
 * for each topic and a deletion for whatever has gathered. Alone, an event is sent at once.
 *
 * Order: the lock on a user's counter lets the rows of one user become visible only in their
 * order, a lane has one reader, and a bulk call never holds two rows of one user (see wavesOf).
 * Nothing is lost: a row is deleted only after its call succeeded. A crash or a time-out in
 * between sends it again with the same id.
 */
export function startRelay(deps: RelayDeps): Relay {
  const raised = new Set<number>();
  const busy = new Set<number>();
  const resting = new Map<number, Rest>();
  const rounds = new Set<Promise<void>>();
  const signal = createSignal();
  let lastBeganAt = Number.NEGATIVE_INFINITY;
  let isBehind = false;
  let stopped = false;

  const raise = (lane: number): void => {
    raised.add(lane);
    signal.raise();
  };
  const scheduler = runScheduler();
  const poller = runPoller();

  async function runScheduler(): Promise<void> {
    while (!stopped) {
      await signal.wait();
      if (stopped) return;
      const lanes = [...raised].filter(
        (lane) => deps.lanes.owns(lane) && !busy.has(lane) && !resting.get(lane)?.timer,
      );
      if (lanes.length === 0 || !mayBegin()) continue;
      lastBeganAt = performance.now();
      for (const lane of lanes) {
        raised.delete(lane);
        busy.add(lane);
      }
      const round = runRound(new Set(lanes)).finally(() => {
        rounds.delete(round);
        signal.raise();
      });
      rounds.add(round);
      await sleep(spacingMs);
    }
  }

  /** The poll asks again soon for lanes that may not have a round yet. */
  const mayBegin = (): boolean =>
    rounds.size === 0 ||
    (rounds.size < mostRounds && (isBehind || performance.now() - lastBeganAt > patienceMs));

  async function runRound(lanes: Set<number>): Promise<void> {
    try {
      const refused = await drain(lanes);
      for (const lane of lanes) {
        if (refused.has(lane)) rest(lane);
        else resting.delete(lane);
      }
    } catch (error) {
      deps.log.warn({ lanes: [...lanes], error: reasonOf(error) }, "relay: will try again");
      for (const lane of lanes) rest(lane);
    } finally {
      for (const lane of lanes) busy.delete(lane);
    }
  }

  /** Leaves a lane alone for a time that doubles with each failure after another. */
  function rest(lane: number): void {
    const { backoffMs: before = 0 } = resting.get(lane) ?? {};
    const backoffMs = Math.min(longestBackoffMs, before ? before * 2 : firstBackoffMs);
    const timer = setTimeout(() => {
      resting.set(lane, { backoffMs });
      raise(lane);
    }, backoffMs);
    resting.set(lane, { backoffMs, timer });
  }

  /** Sends all that the lanes have; those where something was refused and waits are returned. */
  async function drain(lanes: Set<number>): Promise<Set<number>> {
    const round: Round = { lanes, refusedUsers: new Map(), away: false };
    while (!stopped && !round.away && ownsAll(lanes)) {
      const rowsPerLane = Math.ceil(rowsPerRead / lanes.size);
      const rows = await read(round, rowsPerLane);
      if (rows.length === 0) break;
      const sent = await sendInOrder(rows, round);
      if (sent.length) {
        const done = sql`${outbox.id} = any(${listOf(sent)}::bigint[])`;
        await deps.database.delete(outbox).where(done);
      }
      // That was all there was; what has come since has raised the signal, or the poll finds it.
      isBehind = hasFullLane(rows, rowsPerLane);
      if (!isBehind) break;
      leaveSomeTo(lanes);
    }
    return new Set(round.refusedUsers.values());
  }

  /** The first rows of each lane, in the order they were written; an index has each lane's in order. */
  function read({ lanes, refusedUsers }: Round, rowsPerLane: number): Promise<OutboxRow[]> {
    const first = sql`select ${outbox.id} from ${outbox} where ${outbox.lane} = lanes.number
      and ${outbox.userId} <> all(${listOf(refusedUsers.keys())}::uuid[])
      order by ${outbox.id} limit ${rowsPerLane}`;
    const ids = sql`select waiting.id from unnest(${listOf(lanes)}::int[]) as lanes(number)
      cross join lateral (${first}) as waiting`;
    return deps.database
      .select()
      .from(outbox)
      .where(sql`${outbox.id} = any(array(${ids}))`)
      .orderBy(asc(outbox.id));
  }

  /** With more waiting than a read holds, rounds side by side are quicker: each has its share. */
  function leaveSomeTo(lanes: Set<number>): void {
    const share = Math.ceil(laneCount / mostRounds);
    for (const lane of [...lanes].slice(share)) {
      lanes.delete(lane);
      busy.delete(lane);
      raise(lane);
    }
  }

  const ownsAll = (lanes: Iterable<number>): boolean =>
    [...lanes].every((lane) => deps.lanes.owns(lane));

  async function sendInOrder(rows: OutboxRow[], round: Round): Promise<number[]> {
    const { refusedUsers } = round;
    const sent: number[] = [];
    for (const wave of wavesOf(rows)) {
      if (stopped || round.away || !ownsAll(round.lanes)) break;
      await Promise.all(
        wave.map(async ({ topic, rows: all }) => {
          const sendable = all.filter((row) => !refusedUsers.has(row.userId));
          if (sendable.length === 0) return;
          const startedAt = performance.now();
          const refused = await publishOrRefuse(topic, sendable, round);
          for (const row of sendable) {
            if (refused.has(row.id)) refusedUsers.set(row.userId, row.lane);
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
        for (const { lane } of waiting) raise(lane);
      } catch (error) {
        deps.log.debug({ error: reasonOf(error) }, "relay: cannot read the outbox");
      }
      await sleep(pollMs);
    }
  }

  return {
    wake: raise,
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
      for (const { timer } of resting.values()) clearTimeout(timer);
      signal.raise();
      await Promise.all([scheduler, poller, ...rounds]);
    },
  };
}

/** Why a lane is left alone, and until when: without a timer it may be tried again. */
type Rest = { readonly backoffMs: number; readonly timer?: NodeJS.Timeout };

/** What a round is at and what it has met. */
type Round = {
  readonly lanes: ReadonlySet<number>;
  /** Users with a refused row, by their lane: their later rows must not overtake it. */
  readonly refusedUsers: Map<string, number>;
  away: boolean;
};

/** One parameter however many there are: a list of five hundred is slow to build and to parse. */
const listOf = (items: Iterable<number | string>): string => `{${[...items].join(",")}}`;

/** Whether a lane has given as many rows as were asked of it, so that it may have more. */
function hasFullLane(rows: readonly OutboxRow[], rowsPerLane: number): boolean {
  const counts = new Map<number, number>();
  for (const { lane } of rows) counts.set(lane, (counts.get(lane) ?? 0) + 1);
  return [...counts.values()].some((count) => count >= rowsPerLane);
}

/** A flag that one waiter consumes; raising it twice before is the same as once. */
function createSignal() {
  let raised = false;
  let release: (() => void) | undefined;
  return {
    raise: () => {
      raised = true;
      release?.();
    },
    wait: async (): Promise<void> => {
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
