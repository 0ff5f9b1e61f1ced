import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { AppId } from "#apps/contracts/services.ts";
import { directUsers, redisUser, redisUsers } from "#components/redis/redis-config.ts";
import { Password } from "./password.ts";
import { Process } from "./process.ts";
import type { HostStack } from "./stack-folder.ts";

export type HostRedisArgs = {
  readonly stack: HostStack;
  /** The redis-server executable. */
  readonly server: string;
  readonly port: number;
};

/** Redis as the rest of the stack knows it, wherever it stands. */
export type LocalRedis = {
  /** `host:port` */
  readonly address: string;
  /** Of the sidecars. */
  readonly username: string;
  readonly password: pulumi.Output<string>;
  /** What a sidecar must wait for. */
  readonly ready: readonly pulumi.Resource[];
  /** The address by which a service connects that declares that it talks to Redis itself. */
  readonly urlFor: (appId: AppId) => pulumi.Output<string>;
};

/** One Redis server with the users that the contracts ask for; the default user is off. */
export class HostRedis extends pulumi.ComponentResource implements LocalRedis {
  readonly address: string;
  readonly username = redisUser;
  readonly password: pulumi.Output<string>;
  readonly ready: readonly pulumi.Resource[];
  private readonly services: Readonly<Record<string, pulumi.Output<string>>>;

  constructor(name: string, args: HostRedisArgs, opts?: pulumi.ComponentResourceOptions) {
    super("todo:host:Redis", name, {}, opts);
    const { stack, port } = args;
    this.address = `127.0.0.1:${port}`;
    this.password = new Password("redis", {}, { parent: this }).value;
    this.services = Object.fromEntries(
      directUsers().map((appId) => [
        appId,
        new Password(`redis-${appId}`, {}, { parent: this }).value,
      ]),
    );
    const file = join(stack.folder, "redis", "redis.conf");
    const data = join(stack.folder, "data", "redis");
    const server = new Process(
      "redis",
      {
        name: "redis",
        stackFolder: stack.folder,
        cwd: stack.folder,
        command: [args.server, file],
        files: {
          [file]: pulumi.output({ sidecars: this.password, services: this.services }).apply((all) =>
            [
              "bind 127.0.0.1",
              `port ${port}`,
              `dir ${data}`,
              "appendonly yes",
              // A title of its own overwrites the environment by which the stack knows it.
              "set-proc-title no",
              ...redisUsers(all),
              "",
            ].join("\n"),
          ),
        },
        data: { folder: data },
        ports: { redis: port },
        ready: { tcp: port },
      },
      { parent: this },
    );
    this.ready = [server];
    this.registerOutputs();
  }

  urlFor(appId: AppId): pulumi.Output<string> {
    const password = this.services[appId];
    if (!password) throw new Error(`${appId} does not declare that it talks to Redis`);
    return pulumi.secret(pulumi.interpolate`redis://${appId}:${password}@${this.address}`);
  }
}
