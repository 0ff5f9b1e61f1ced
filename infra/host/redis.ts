import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { Password } from "./password.ts";
import { Process } from "./process.ts";
import type { HostStack } from "./stack-folder.ts";

export type HostRedisArgs = {
  readonly stack: HostStack;
  /** The redis-server executable. */
  readonly server: string;
  readonly port: number;
};

/** One Redis server with a single user; the default user is off. */
export class HostRedis extends pulumi.ComponentResource {
  readonly address: string;
  readonly username = "todo";
  readonly password: pulumi.Output<string>;
  readonly process: Process;

  constructor(name: string, args: HostRedisArgs, opts?: pulumi.ComponentResourceOptions) {
    super("todo:host:Redis", name, {}, opts);
    const { stack, server, port } = args;
    this.address = `127.0.0.1:${port}`;
    this.password = new Password("redis", {}, { parent: this }).value;
    const file = join(stack.folder, "redis", "redis.conf");
    const data = join(stack.folder, "data", "redis");
    this.process = new Process(
      "redis",
      {
        name: "redis",
        stackFolder: stack.folder,
        cwd: stack.folder,
        command: [server, file],
        files: {
          [file]: this.password.apply((password) =>
            [
              "bind 127.0.0.1",
              `port ${port}`,
              `dir ${data}`,
              "appendonly yes",
              // A title of its own overwrites the environment by which the stack knows it.
              "set-proc-title no",
              "user default off",
              `user ${this.username} on >${password} ~* &* +@all -@admin +info`,
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
    this.registerOutputs();
  }
}
