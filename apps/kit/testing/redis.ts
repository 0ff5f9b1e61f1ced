import type { RedisClient } from "#apps/kit/redis/client.ts";

/** A Redis that is away: what a service does holds without it. */
export const absentRedis: RedisClient = {
  available: () => false,
  run: async () => undefined,
  publish: async () => false,
  subscribe: () => {},
  close: async () => {},
};

/** A Redis of a test, which knows the scripts that get and set one key, and no time. */
export type TestRedis = RedisClient & {
  /** Called before each script, with its text. */
  before: (script: string) => Promise<void>;
  readonly values: Map<string, string>;
};

/** @param shared another connection to the same server */
export function createTestRedis(shared?: Pick<TestRedis, "values">): TestRedis {
  const values = shared?.values ?? new Map<string, string>();
  const redis: TestRedis = {
    ...absentRedis,
    values,
    available: () => true,
    before: async () => {},
    run: async ({ text }, [key = ""], [value = ""]) => {
      await redis.before(text);
      if (text.includes("'get'")) return values.get(key) ?? "";
      if (text.includes("'nx'") && values.has(key)) return 0;
      values.set(key, String(value));
      return 1;
    },
  };
  return redis;
}
