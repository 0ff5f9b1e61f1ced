import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import {
  createRedisClient,
  type RedisClient,
  type RedisClientOptions,
  redisScript,
} from "#apps/kit/redis/client.ts";
import { silentLog } from "#apps/kit/testing/samples.ts";
import { createTestRedis, redisServer, type TestRedis } from "./server.ts";

const count = redisScript("return redis.call('incrby', KEYS[1], ARGV[1])");

describe.skipIf(!redisServer)("the client of a service, with a real Redis", () => {
  let redis: TestRedis;
  const opened: RedisClient[] = [];
  /** One with time for its calls, unless it is given another. */
  const client = async (
    settings: Pick<RedisClientOptions, "callTimeoutMs"> = { callTimeoutMs: 5_000 },
  ): Promise<RedisClient> => {
    const made = createRedisClient({
      url: redis.urlOf("backend"),
      appId: "backend",
      log: silentLog,
      ...settings,
    });
    opened.push(made);
    await expect.poll(() => made.available()).toBe(true);
    return made;
  };

  beforeAll(async () => {
    redis = await createTestRedis();
  });
  afterEach(async () => {
    redis.thaw();
    await Promise.all(opened.splice(0).map((one) => one.close()));
  });
  afterAll(() => redis.remove());

  test("runs a script that the server does not know yet, and one that it knows", async () => {
    const one = await client();
    expect(await one.run(count, ["first"], [2])).toBe(2);
    expect(await one.run(count, ["first"], [3])).toBe(5);
  });

  test("can touch no keys but those of its service", async () => {
    const one = await client();
    const other = redisScript("return redis.call('get', 'other:key')");
    expect(await one.run(other, [], [])).toBeUndefined();
    expect(await one.run(redisScript("return redis.call('flushall')"), [], [])).toBeUndefined();
    expect(one.available()).toBe(true);
  });

  test("a replica hears what another one publishes", async () => {
    const [one, other] = [await client(), await client()];
    const heard: string[] = [];
    const listening = new Promise<void>((resolve) =>
      other.subscribe("wake", { onMessage: (text) => heard.push(text), onListening: resolve }),
    );
    await listening;
    expect(await one.publish("wake", "user 1")).toBe(true);
    await expect.poll(() => heard).toEqual(["user 1"]);
  });

  test("while Redis is gone calls return at once, and it comes back by itself", async () => {
    const one = await client();
    const heard: string[] = [];
    let began = 0;
    one.subscribe("wake", { onMessage: (text) => heard.push(text), onListening: () => began++ });
    await expect.poll(() => began).toBe(1);
    await redis.stop();
    const startedAt = performance.now();
    expect(await one.run(count, ["gone"], [1])).toBeUndefined();
    expect(await one.publish("wake", "lost")).toBe(false);
    expect(performance.now() - startedAt).toBeLessThan(2_500);
    await redis.start();
    await expect.poll(() => one.available() && began).toBe(2);
    expect(await one.publish("wake", "again")).toBe(true);
    await expect.poll(() => heard).toEqual(["again"]);
  });

  test("a silent Redis costs 50 ms a call, and after three calls nothing", async () => {
    const one = await client({});
    redis.freeze();
    const took: number[] = [];
    for (let call = 0; call < 6; call++) {
      const startedAt = performance.now();
      expect(await one.run(count, ["silent"], [1])).toBeUndefined();
      took.push(performance.now() - startedAt);
    }
    // Two of each three: the machine may stand still in one.
    const second = (times: number[]) => times.toSorted((one, other) => one - other)[1];
    expect(second(took.slice(0, 3))).toBeLessThan(150);
    expect(second(took.slice(3))).toBeLessThan(20);
    redis.thaw();
    await expect.poll(() => one.run(count, ["spoke"], [1])).toBeDefined();
  });
});

test("without any Redis nothing rejects and closing ends it", async () => {
  const one = createRedisClient({
    url: "redis://a:b@127.0.0.1:9",
    appId: "backend",
    log: silentLog,
  });
  expect(one.available()).toBe(false);
  expect(await one.run(count, ["nowhere"], [1])).toBeUndefined();
  await one.close();
});
