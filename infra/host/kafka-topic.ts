import * as pulumi from "@pulumi/pulumi";

/** How to reach a Kafka cluster as its administrator. */
export interface KafkaConnectionArgs {
  /** host:port, any of the brokers. */
  brokers: pulumi.Input<readonly pulumi.Input<string>[]>;
  sasl: pulumi.Input<{
    mechanism: pulumi.Input<"SCRAM-SHA-512" | "SCRAM-SHA-256" | "PLAIN">;
    username: pulumi.Input<string>;
    password: pulumi.Input<string>;
  }>;
  /** The broker's `dataId`: new data gets everything again. */
  generation: pulumi.Input<string>;
}

/** A topic as it is to be. */
export interface KafkaTopicArgs extends KafkaConnectionArgs {
  name: pulumi.Input<string>;
  /** Can be raised later, never lowered. */
  partitions: pulumi.Input<number>;
  /** By default 1; a change needs a new topic. */
  replicas?: pulumi.Input<number>;
  /** The topic's own settings; all others are the broker's. */
  config?: pulumi.Input<Record<string, pulumi.Input<string>>>;
}

/** A topic in Kafka; one that exists already is brought into line. */
export class KafkaTopic extends pulumi.CustomResource {
  constructor(name: string, args: KafkaTopicArgs, options?: pulumi.CustomResourceOptions) {
    super("host:index:KafkaTopic", name, { ...args }, options);
  }
}
