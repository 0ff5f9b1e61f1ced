import * as pulumi from "@pulumi/pulumi";
import type { AppId } from "#apps/contracts/services.ts";
import { contractOf } from "#apps/contracts/services.ts";
import { redisKeys } from "#components/redis/redis-config.ts";
import type { LocalRedis } from "../redis.ts";
import { RedisKeys } from "../redis-keys.ts";
import { type RedisAccount, redisUrlOf } from "./urls.ts";

/**
 * Redis that somebody else runs, by one account: users of it are in a file that only its server
 * has, so keys belong to a service by their prefix alone. They go with the stack.
 */
export class HostExternalRedis extends pulumi.ComponentResource implements LocalRedis {
  readonly address: string;
  readonly username: string;
  readonly password: pulumi.Output<string>;
  readonly ready: readonly pulumi.Resource[];
  private readonly url: pulumi.Output<string>;

  constructor(name: string, args: RedisAccount, opts?: pulumi.ComponentResourceOptions) {
    super("todo:host:ExternalRedis", name, {}, opts);
    this.address = `${args.host}:${args.port}`;
    this.username = args.username;
    this.password = pulumi.secret(args.password);
    this.url = pulumi.secret(redisUrlOf(args));
    const { address, url } = this;
    this.ready = [
      new RedisKeys("redis-keys", { address, url, patterns: redisKeys() }, { parent: this }),
    ];
    this.registerOutputs();
  }

  urlFor(appId: AppId): pulumi.Output<string> {
    if (!contractOf(appId).redis) {
      throw new Error(`${appId} does not declare that it talks to Redis`);
    }
    return this.url;
  }
}
