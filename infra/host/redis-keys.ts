import * as pulumi from "@pulumi/pulumi";

/** Keys of Redis that are the stack's. */
export interface RedisKeysArgs {
  /** `host:port`; at another one they are other keys, and those here go. */
  address: pulumi.Input<string>;
  /** `redis://user:password@host:port`; a secret. */
  url: pulumi.Input<string>;
  /** As SCAN takes them. */
  patterns: pulumi.Input<readonly pulumi.Input<string>[]>;
}

/** The stack's keys in a Redis that others run: deleting it deletes them, and nothing else. */
export class RedisKeys extends pulumi.CustomResource {
  constructor(name: string, args: RedisKeysArgs, options?: pulumi.CustomResourceOptions) {
    super("host:index:RedisKeys", name, { ...args }, options);
  }
}
