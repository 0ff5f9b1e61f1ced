import * as pulumi from "@pulumi/pulumi";
import type { KafkaConnectionArgs } from "./kafka-topic.ts";

/** What a user may do with a topic, a group, the cluster or a transactional id. */
export interface KafkaAclArgs {
  resourceType: pulumi.Input<"topic" | "group" | "cluster" | "transactionalId">;
  /** "kafka-cluster" for the cluster. */
  name: pulumi.Input<string>;
  patternType: pulumi.Input<"literal" | "prefixed">;
  /** Kafka's names: "Read", "Write", "Describe", "IdempotentWrite" … */
  operations: pulumi.Input<readonly pulumi.Input<string>[]>;
}

/** A user with a password. */
export interface KafkaUserArgs extends KafkaConnectionArgs {
  username: pulumi.Input<string>;
  /** Kept by the cluster for SCRAM-SHA-512. */
  password: pulumi.Input<string>;
  /** Exactly these: missing ones are added, others are removed. */
  acls: pulumi.Input<readonly pulumi.Input<KafkaAclArgs>[]>;
}

/** A user of Kafka and everything that it may do. */
export class KafkaUser extends pulumi.CustomResource {
  constructor(name: string, args: KafkaUserArgs, options?: pulumi.CustomResourceOptions) {
    super("host:index:KafkaUser", name, { ...args }, options);
  }
}
