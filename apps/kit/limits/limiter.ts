import type { RedisClient } from "#apps/kit/redis/client.ts";
import { redisScript } from "#apps/kit/redis/client.ts";
import { type Quota, take, type Verdict, verdictOf } from "./quota.ts";

/** Something that a quota is counted for, as `user:<id>`. */
export type Counted = { readonly key: string; readonly quota: Quota };

/** Takes one request from each quota, or from none when one refuses; the verdicts in that order. */
export type Limiter = (counted: readonly Counted[]) => Promise<readonly Verdict[]>;

/**
 * `take` of `quota.ts` as one step of the server, by the server's clock: the count of all replicas
 * is one. Gives for each key whether it allows and what of its window is used, in microseconds.
 */
const takeScript = redisScript(`
local time = redis.call('time')
local now = time[1] * 1000 + time[2] / 1000
local cells, allowed = {}, true
for index, key in ipairs(KEYS) do
  local requests, window = tonumber(ARGV[2 * index - 1]), tonumber(ARGV[2 * index])
  local from = math.max(tonumber(redis.call('get', key) or now), now)
  local cell = { from = from, step = window / requests }
  cell.allowed = from + cell.step - now <= window + 0.01
  allowed = allowed and cell.allowed
  cells[index] = cell
end
local answer = {}
for index, cell in ipairs(cells) do
  local after = cell.from
  if allowed then
    after = cell.from + cell.step
    redis.call('set', KEYS[index], string.format('%.3f', after), 'px', math.ceil(after - now) + 1)
  end
  answer[2 * index - 1] = cell.allowed and 1 or 0
  answer[2 * index] = math.floor((after - now) * 1000 + 0.5)
end
return answer
`);

const mostRemembered = 10_000;

/**
 * Counts in Redis, and in this process while Redis is away: each replica then allows what was left
 * when it saw the user last, by itself, which is better than refusing everyone or nobody.
 */
export function createLimiter(
  redis: Pick<RedisClient, "run"> | undefined,
  now: () => number = Date.now,
): Limiter {
  const wholeAt = new Map<string, number>();

  function takeHere(counted: readonly Counted[]): readonly Verdict[] {
    const before = counted.map(({ key }) => wholeAt.get(key));
    const quotas = counted.map(({ quota }) => quota);
    const taken = take(quotas, before, now());
    for (const [index, { key }] of counted.entries()) remember(key, taken.wholeAt[index]);
    return taken.verdicts;
  }

  function remember(key: string, time: number | undefined): void {
    if (time === undefined) return;
    // Set anew each time, so that the first in the map is the one longest unused.
    wholeAt.delete(key);
    wholeAt.set(key, time);
    for (const [oldest] of wholeAt) {
      if (wholeAt.size <= mostRemembered) break;
      wholeAt.delete(oldest);
    }
  }

  return async (counted) => {
    const keys = counted.map(({ key }) => `limit:${key}`);
    const args = counted.flatMap(({ quota }) => [quota.requests, quota.seconds * 1_000]);
    const reply = await redis?.run(takeScript, keys, args);
    if (reply === undefined) return takeHere(counted);
    const answer = reply as number[];
    // Where Redis left off, this process goes on: who has used up a quota gets no second one.
    for (const [index, { key }] of counted.entries()) {
      remember(key, now() + (answer[2 * index + 1] ?? 0) / 1_000);
    }
    return verdictsOf(counted, answer);
  };
}

const verdictsOf = (counted: readonly Counted[], reply: readonly number[]): Verdict[] =>
  counted.map(({ quota }, index) => {
    const windowMs = quota.seconds * 1_000;
    const usedMs = (reply[2 * index + 1] ?? 0) / 1_000;
    return verdictOf(reply[2 * index] === 1, usedMs, windowMs, windowMs / quota.requests);
  });
