import { setTimeout as sleep } from "node:timers/promises";
import type postgres from "postgres";
import { appIds, contractOf, subscriptionsOf } from "#apps/contracts/services.ts";
import { isAlive } from "#infra/host/provider/proc.ts";
import type { Stack } from "../e2e/stack.ts";
import type { Engine } from "./engine.ts";
import { type Fault, kill, processOf, timed } from "./fault.ts";

/**
 * What the API can do without is away for long: Redis and Kafka gone, or there and silent; the
 * database of each consumer that is not the API itself.
 */
export function awayFaults(
  stack: Stack,
  engine: Engine,
  sql: postgres.Sql,
  awayMs: number,
): Fault[] {
  const long = { isLong: true, sparesRequests: true };
  const consumers = appIds.filter((appId) => {
    const contract = contractOf(appId);
    const isApi = contract.publicPaths.length > 0;
    return contract.database && subscriptionsOf(contract).length > 0 && !isApi;
  });
  return [
    ...["redis", "kafka"].flatMap((name) => [
      {
        ...{ ...long, name: `${name}-away` },
        strike: async () => {
          await kill(stack, name);
          await sleep(awayMs);
          return timed(() => engine.repair(name));
        },
      },
      { ...long, name: `${name}-silent`, strike: () => silence(stack, name, awayMs) },
    ]),
    ...consumers.map((appId) => ({
      ...{ ...long, name: `${appId}-database-away` },
      strike: () => barFromDatabase(sql, appId, awayMs),
    })),
  ];
}

/** Stops a process in the middle of whatever it does: connections stand, and nothing is answered. */
const silence = (stack: Stack, name: string, awayMs: number) =>
  timed(async () => {
    const silenced = processOf(stack, name);
    process.kill(silenced.pid, "SIGSTOP");
    try {
      await sleep(awayMs);
    } finally {
      if (isAlive(silenced)) process.kill(silenced.pid, "SIGCONT");
    }
  });

/** Ends the connections of a service and lets it make no other: its role is its own, as its data. */
const barFromDatabase = (sql: postgres.Sql, role: string, awayMs: number) =>
  timed(async () => {
    await sql`alter role ${sql(role)} nologin`;
    try {
      await sql`select pg_terminate_backend(pid) from pg_stat_activity where usename = ${role}`;
      await sleep(awayMs);
      const [row] = await sql<{ count: number }[]>`
        select count(*)::int as count from pg_stat_activity where usename = ${role}`;
      if (row?.count !== 0) throw new Error(`${role} was connected all the same`);
    } finally {
      await sql`alter role ${sql(role)} login`;
    }
  });
