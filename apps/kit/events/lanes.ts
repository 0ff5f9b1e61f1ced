import type { Logger } from "pino";
import postgres from "postgres";
import { laneCount } from "./outbox.ts";

/** Which lanes of the outbox this process may send. */
export type Lanes = {
  readonly owns: (lane: number) => boolean;
  readonly close: () => Promise<void>;
};

/** First key of the advisory locks, so that nothing else in the database meets them. */
const lockClass = 0x70d0;
const retryMs = 1_000;

/**
 * Takes lanes by session advisory locks on a connection of their own and keeps them as long as
 * that connection lives: a process that dies, or loses the database, gives them up by itself.
 * Replicas that want lanes another one holds try again every second.
 */
export function claimLanes(url: string, schema: string, log: Logger): Lanes {
  const owned = new Set<number>();
  let closed = false;
  const connection = postgres(url, {
    max: 1,
    idle_timeout: 0,
    // The driver would otherwise replace the connection, and with it the locks, now and then.
    max_lifetime: null,
    connect_timeout: 5,
    backoff: () => 0.2,
    connection: { application_name: `${schema} relay lanes` },
    onnotice: () => {},
    onclose: () => {
      if (owned.size && !closed) log.warn({ lanes: owned.size }, "relay: lanes lost");
      owned.clear();
    },
  });

  const loop = (async () => {
    while (!closed) {
      try {
        await claimMissing();
      } catch (error) {
        owned.clear();
        log.debug({ error: String(error) }, "relay: cannot claim lanes");
      }
      await new Promise((resolve) => setTimeout(resolve, retryMs));
    }
  })();

  // One statement, which is also the heartbeat of the connection. Locks are keyed by schema, as
  // two services in one database have an outbox each.
  async function claimMissing(): Promise<void> {
    const missing = Array.from({ length: laneCount }, (_, lane) => lane).filter(
      (lane) => !owned.has(lane),
    );
    if (missing.length === 0) {
      await connection`select 1`;
      return;
    }
    const rows = await connection<{ lane: number; mine: boolean }[]>`
      select lane, pg_try_advisory_lock(${lockClass}, hashtext(${schema} || ':' || lane)) as mine
      from unnest(${missing}::int[]) as lane`;
    for (const { lane, mine } of rows) if (mine) owned.add(lane);
  }

  return {
    owns: (lane) => owned.has(lane),
    close: async () => {
      closed = true;
      await loop;
      owned.clear();
      await connection.end({ timeout: 2 });
    },
  };
}
