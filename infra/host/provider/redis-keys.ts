import { withRedis } from "./redis-client.ts";
import type { ResourceType } from "./resource.ts";

/** Inputs of `RedisKeys`, documented at `RedisKeysArgs`. */
export interface RedisKeysInputs {
  readonly address: string;
  readonly url: string;
  readonly patterns: readonly string[];
}

/** The stack's keys in a Redis that others run. */
export const redisKeysType: ResourceType<RedisKeysInputs> = {
  outputs: [],
  replaceOn: ["address"],

  // Services and sidecars make them.
  async create({ address }) {
    return { id: address, outputs: {} };
  },

  async update() {
    return {};
  },

  async delete({ inputs: { url, patterns } }, context) {
    await withRedis(url, context, async (client) => {
      for (const MATCH of patterns) {
        for await (const keys of client.scanIterator({ MATCH, COUNT: 1_000 })) {
          if (keys.length > 0) await client.unlink(keys);
        }
      }
    });
  },
};
