import { topics } from "#apps/contracts/topics.ts";
import { requireChanges, withAdmin } from "./kafka.ts";
import { agreed, appOf, Misuse, type Values } from "./question.ts";
import { explainReplay, planReplay, replay } from "./replay.ts";
import { targetOf } from "./where.ts";

/** `replay`: says what will happen, asks, and does it. */
export async function askReplay(values: Values): Promise<number> {
  const { topic, to, since } = values;
  if (!topic || !to || !since) throw new Misuse("replay wants --topic, --since and --to");
  if (!(topic in topics)) {
    throw new Misuse(`there is no topic ${topic}; there are: ${Object.keys(topics).join(", ")}`);
  }
  const time = timeOf(since);
  const target = await targetOf(values);
  requireChanges(target.access);
  return withAdmin(target.access, async (admin) => {
    const plan = await planReplay(admin, topic, appOf(to), time);
    for (const line of explainReplay(plan)) console.log(line);
    if (!(await agreed("Do that?", values))) return 1;
    const consumer = target.consumer(plan.app);
    await replay(plan, {
      access: target.access,
      admin,
      consumer,
      say: (line) => console.log(line),
    });
    console.log(`\n${plan.app} is at it; how far: npm run events -- lag`);
    return 0;
  });
}

/** A time as RFC 3339 in UTC, or as `30m`, `2h`, `1d` before now. */
function timeOf(text: string): Date {
  const ago = /^(\d{1,5})([mhd])$/.exec(text);
  const unitMs = { m: 60_000, h: 3_600_000, d: 86_400_000 }[ago?.[2] ?? ""];
  if (ago && unitMs) return new Date(Date.now() - Number(ago[1]) * unitMs);
  const time = new Date(text);
  if (/^\d{4}-\d{2}-\d{2}T.*Z$/.test(text) && !Number.isNaN(time.getTime())) return time;
  throw new Misuse(`--since ${text} is no time: 2026-01-31T09:00:00Z, or 30m, 2h, 1d before now`);
}
