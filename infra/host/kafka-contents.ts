import type * as pulumi from "@pulumi/pulumi";
import type { TopicSpec } from "#components/kafka/topics.ts";
import { userSpecs } from "#components/kafka/users.ts";
import type { KafkaConnectionArgs } from "./kafka-topic.ts";
import { KafkaTopic } from "./kafka-topic.ts";
import { KafkaUser } from "./kafka-user.ts";
import { Password } from "./password.ts";

/** The administrator of a broker, as clients are told of it. */
export type KafkaAdmin = {
  readonly mechanism: "SCRAM-SHA-512";
  readonly username: string;
  readonly password: pulumi.Output<string>;
};

/** Kafka as the rest of the stack knows it, wherever it stands. */
export type LocalKafka = {
  /** `host:port`, comma-separated. */
  readonly brokers: string;
  /** Protocol version for the sidecar's client, as `3.9.0`. */
  readonly version: string;
  readonly admin: KafkaAdmin;
  /** Password of each service's user. */
  readonly passwords: Readonly<Record<string, pulumi.Output<string>>>;
  /** What a sidecar must wait for: broker, topics and users. */
  readonly ready: readonly pulumi.Resource[];
};

/**
 * Makes the topics, and a user with its rights for each service, in a broker that is there.
 * Passwords belong to the parent; topics and users also go with what `leaf` says.
 */
export function kafkaContents(
  connection: KafkaConnectionArgs,
  topics: readonly TopicSpec[],
  leaf: pulumi.CustomResourceOptions & { readonly parent: pulumi.Resource },
): Pick<LocalKafka, "passwords" | "ready"> {
  const made = topics.map((topic) => new KafkaTopic(topic.name, { ...connection, ...topic }, leaf));
  const users = userSpecs().map((user) => {
    const password = new Password(`kafka-${user.name}`, {}, { parent: leaf.parent }).value;
    const acls = user.grants.map(({ operations, ...grant }) => ({
      ...grant,
      operations: [...operations],
      patternType: "literal" as const,
    }));
    const args = { ...connection, username: user.name, password, acls };
    return { name: user.name, password, resource: new KafkaUser(user.name, args, leaf) };
  });
  return {
    passwords: Object.fromEntries(users.map(({ name, password }) => [name, password])),
    ready: [...made, ...users.map(({ resource }) => resource)],
  };
}
