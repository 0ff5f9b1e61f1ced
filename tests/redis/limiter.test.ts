import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { createLimiter } from "#apps/kit/limits/limiter.ts";
import { createRedisClient, type RedisClient } from "#apps/kit/redis/client.ts";
import { silentLog } from "#apps/kit/testing/samples.ts";
import { createTestRedis, redisServer, type TestRedis } from "./server.ts";

const limitOf = (key: string, requests: number, seconds = 3_600) => ({
  key,
  quota: { requests, seconds },
});

describe.skipIf(!redisServer)("rate limits in a real Redis", () => {
  let redis: TestRedis;
  let replicas: RedisClient[];

  beforeAll(async () => {
    redis = await createTestRedis();
    // What Redis does not answer in time each replica counts by itself: here it has the time.
    const settings = { appId: "backend", log: silentLog, callTimeoutMs: 5_000 };
    replicas = [1, 2].map(() => createRedisClient({ url: redis.urlOf("backend"), ...settings }));
    await vi.waitFor(() => expect(replicas.every((one) => one.available())).toBe(true), 15_000);
  });
  afterAll(async () => {
    await Promise.all(replicas.map((one) => one.close()));
    await redis.remove();
  });

  test("two replicas at once allow exactly the quota together", async () => {
    const limiters = replicas.map((replica) => createLimiter(replica));
    let allowed = 0;
    for (let round = 0; round < 10; round++) {
      const asked = Array.from({ length: 10 }, () =>
        limiters.map((limiter) => limiter([limitOf("user:a", 50)])),
      );
      const verdicts = await Promise.all(asked.flat());
      allowed += verdicts.filter(([verdict]) => verdict?.allowed).length;
    }
    expect(allowed).toBe(50);
  });

  test("the server counts as this process does", async () => {
    const [there, here] = [createLimiter(replicas[0]), createLimiter(undefined)];
    for (let count = 0; count < 12; count++) {
      const counted = [limitOf("user:b", 5), limitOf("address:b", 10)];
      expect(await there(counted)).toEqual(await here(counted));
    }
  });

  test("a refusal under one quota costs the other nothing", async () => {
    const limiter = createLimiter(replicas[0]);
    await limiter([limitOf("user:c", 1), limitOf("address:c", 10)]);
    const refused = await limiter([limitOf("user:c", 1), limitOf("address:c", 10)]);
    expect(refused).toMatchObject([{ allowed: false }, { allowed: true, remaining: 9 }]);
  });

  test("who has used up a quota gets no second one when Redis goes away", async () => {
    const one = replicas[0];
    let away = false;
    const limiter = createLimiter({
      run: async (...args) => (away ? undefined : one?.run(...args)),
    });
    for (let count = 0; count < 4; count++) await limiter([limitOf("user:e", 5)]);
    away = true;
    expect(await limiter([limitOf("user:e", 5)])).toMatchObject([{ allowed: true, remaining: 0 }]);
    expect(await limiter([limitOf("user:e", 5)])).toMatchObject([{ allowed: false }]);
  });

  test("what was used comes back, and nothing is kept of it", async () => {
    const limiter = createLimiter(replicas[0]);
    const quick = limitOf("user:d", 2, 3);
    for (const allowed of [true, true, false]) {
      expect((await limiter([quick]))[0]?.allowed).toBe(allowed);
    }
    await new Promise((resolve) => setTimeout(resolve, 3_100));
    expect(await limiter([quick])).toMatchObject([{ allowed: true, remaining: 1 }]);
  });
});
