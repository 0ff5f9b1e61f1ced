import * as pulumi from "@pulumi/pulumi";
import { topicSpecs } from "#components/kafka/topics.ts";
import type { LocalKafka } from "../kafka-contents.ts";
import { kafkaContents } from "../kafka-contents.ts";

export type ExternalKafkaArgs = {
  /** `host:port` */
  readonly brokers: readonly string[];
  readonly username: string;
  readonly password: string;
  /** The cluster's own id: another cluster at this address gets everything again. */
  readonly clusterId: string;
  /** Of the protocol that its brokers speak, as `3.9.0`. */
  readonly version: string;
};

/**
 * Kafka that somebody else runs, with the topics of the contracts and a user per service made in
 * it. They go with the stack; what others made in it is left alone.
 */
export class HostExternalKafka extends pulumi.ComponentResource implements LocalKafka {
  readonly brokers: string;
  readonly version: string;
  readonly admin: LocalKafka["admin"];
  readonly passwords: LocalKafka["passwords"];
  readonly ready: LocalKafka["ready"];

  constructor(name: string, args: ExternalKafkaArgs, opts?: pulumi.ComponentResourceOptions) {
    super("todo:host:ExternalKafka", name, {}, opts);
    this.version = args.version;
    this.brokers = args.brokers.join(",");
    this.admin = {
      mechanism: "SCRAM-SHA-512",
      username: args.username,
      password: pulumi.secret(args.password),
    };
    const { passwords, ready } = kafkaContents(
      { brokers: [...args.brokers], sasl: this.admin, generation: args.clusterId },
      // How many copies there are is for its brokers to say.
      topicSpecs("dev", {}, "brokers"),
      { parent: this },
    );
    this.passwords = passwords;
    this.ready = ready;
    this.registerOutputs();
  }
}
