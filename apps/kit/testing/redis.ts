import type { RedisClient } from "#apps/kit/redis/client.ts";

/** A Redis that is away: what a service does holds without it. */
export const absentRedis: RedisClient = {
  available: () => false,
  run: async () => undefined,
  publish: async () => false,
  subscribe: () => {},
  close: async () => {},
};
