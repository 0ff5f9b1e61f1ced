import { withAdmin } from "./kafka.ts";
import { lagOf } from "./lag.ts";
import { columns } from "./table.ts";
import type { Target } from "./where.ts";

/** `lag`: how far each consumer is behind. */
export async function tellLag({ access }: Target, json: boolean): Promise<number> {
  const lags = await withAdmin(access, lagOf);
  if (json) console.log(JSON.stringify(lags, null, 2));
  else {
    const rows = lags.map(({ app, topic, partition, committed, end, lag }) =>
      [app, topic, partition, committed ?? "-", end, lag].map(String),
    );
    console.log(columns(["app", "topic", "partition", "committed", "end", "lag"], rows));
  }
  return 0;
}
