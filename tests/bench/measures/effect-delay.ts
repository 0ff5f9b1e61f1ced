import { distributionOf } from "../distribution.ts";
import { runLoad } from "../k6.ts";
import type { Measurement } from "../report.ts";
import type { Bench } from "./bench.ts";

const drainWithinMs = 60_000;
const rate = 200;

/** From the change's time in backend to its row in audit, at 200 tasks a second. */
export async function effectDelay({ system, signal, ...bench }: Bench): Promise<Measurement[]> {
  const seconds = Math.min(bench.seconds, 20);
  const { tokens, userIds } = await system.tokens(200);
  const { created, latency } = await runLoad({
    baseUrl: system.stack.baseUrl,
    tokens,
    seconds,
    rate,
    signal,
  });
  await system.drained(drainWithinMs);
  // Users have other entries, as that of their welcome.
  const rows = await system.sql<{ delay: number }[]>`
    select extract(epoch from recorded_at - occurred_at)::float8 * 1000 as delay
    from audit.activity where user_id = any(${userIds}::uuid[]) and kind = 'task' and event_type = 'created'`;
  const note = `${created} tasks in ${seconds} s at ${rate}/s; from just before the commit, by one clock`;
  return [
    {
      name: "commit to effect",
      unit: "ms",
      values: distributionOf(rows.map(({ delay }) => delay)),
      note,
      holds: rows.length === created,
    },
    { name: "API latency at 200/s", unit: "ms", values: latency },
  ];
}
