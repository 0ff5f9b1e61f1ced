import type { Inputs } from "./inputs.ts";
import type { KafkaConnection } from "./kafka-admin.ts";
import { withKafka } from "./kafka-admin.ts";
import { ensureTopic } from "./kafka-topic.ts";
import { ensureUser } from "./kafka-user.ts";
import { kafkaSpec } from "./spec.ts";

/**
 * Makes the topics and users of the specification and brings those that exist into line. What it
 * does not name is left alone, settings of topics included: the cluster may not be ours alone.
 */
export async function provisionKafka(inputs: Inputs): Promise<void> {
  const { brokers, mechanism, tls, topics, users } = inputs.spec(kafkaSpec);
  const connection: KafkaConnection = {
    brokers,
    sasl: { mechanism, ...inputs.admin() },
    ...(tls !== "off" && { tls: tls === "own" ? { ca: inputs.caCertificate() } : {} }),
  };
  if (mechanism === "PLAIN" && users.length > 0) {
    throw new Error("Users with the mechanism PLAIN cannot be made by Kafka's protocol.");
  }
  inputs.say(`Kafka at ${brokers.join(", ")}: ${topics.length} topics, ${users.length} users`);
  await withKafka(connection, inputs.patience, async (admin) => {
    for (const topic of topics) {
      const outcome = await ensureTopic(admin, topic, { keepOthers: true });
      inputs.say(`topic ${topic.name} (${topic.partitions} partitions): ${outcome}`);
    }
    for (const { name, grants } of users) {
      await ensureUser(admin, {
        username: name,
        password: inputs.passwordOf(name),
        ...(mechanism !== "PLAIN" && { mechanism }),
        acls: grants.map((grant) => ({ ...grant, patternType: "literal" })),
      });
      inputs.say(`user ${name}: password and ${grants.length} grants set`);
    }
  });
}
