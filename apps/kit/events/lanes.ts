import pg from "pg";
import type { Logger } from "pino";
import { connectionOptions } from "#apps/kit/database/connect.ts";
import { laneCount } from "./outbox.ts";

/** Which lanes of the outbox this process may send. */
export type Lanes = {
  readonly owns: (lane: number) => boolean;
  readonly close: () => Promise<void>;
};

/** First key of the advisory locks, so that nothing else in the database meets them. */
const lockClass = 0x70d0;
const claimEveryMs = 1_000;
const reconnectMs = 200;

/**
 * Takes lanes by session advisory locks on a connection of their own and keeps them as long as
 * that connection lives: a process that dies, or loses the database, gives them up by itself.
 * Replicas that want lanes another one holds try again every second.
 */
export function claimLanes(url: string, schema: string, log: Logger): Lanes {
  const owned = new Set<number>();
  let closed = false;
  let client: pg.Client | undefined;

  const lose = (reason: unknown) => {
    if (owned.size && !closed)
      log.warn({ lanes: owned.size, reason: String(reason) }, "lanes lost");
    owned.clear();
    client?.end().catch(() => {});
    client = undefined;
  };

  const loop = (async () => {
    while (!closed) {
      try {
        client ??= await openClient(url, schema, lose);
        await claimMissing(client);
        await pause(claimEveryMs);
      } catch (error) {
        lose(error);
        await pause(reconnectMs);
      }
    }
  })();

  // One statement, which is also the heartbeat of the connection and has the deadline of any
  // query. Locks are keyed by schema, as two services in one database have an outbox each.
  async function claimMissing(connected: pg.Client): Promise<void> {
    const lanes = Array.from({ length: laneCount }, (_, lane) => lane);
    const { rows } = await connected.query<{ lane: number; mine: boolean }>(
      `select lane, pg_try_advisory_lock($1, hashtext($2 || ':' || lane)) as mine
       from unnest($3::int[]) as lane`,
      [lockClass, schema, lanes.filter((lane) => !owned.has(lane))],
    );
    for (const { lane, mine } of rows) if (mine && client === connected) owned.add(lane);
  }

  return {
    owns: (lane) => owned.has(lane),
    close: async () => {
      closed = true;
      owned.clear();
      // Ends a query that waits for a server that does not answer.
      await client?.end().catch(() => {});
      await loop;
    },
  };
}

async function openClient(
  url: string,
  schema: string,
  lose: (reason: unknown) => void,
): Promise<pg.Client> {
  const client = new pg.Client({
    ...connectionOptions,
    connectionString: url,
    query_timeout: 5_000,
    application_name: `${schema} relay lanes`,
  });
  client.on("error", lose);
  await client.connect();
  return client;
}

const pause = (delayMs: number) => new Promise((resolve) => setTimeout(resolve, delayMs));
