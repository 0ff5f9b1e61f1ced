import { expect, test } from "vitest";
import type { KafkaTopicInputs } from "./kafka-topic.ts";
import { kafkaTopicType } from "./kafka-topic.ts";
import { kafkaUserType } from "./kafka-user.ts";

const context = { signal: new AbortController().signal, report: () => {} };
const connection: Omit<KafkaTopicInputs, "name" | "partitions"> = {
  brokers: ["127.0.0.1:9092"],
  sasl: { mechanism: "SCRAM-SHA-512", username: "admin", password: "x" },
  generation: "1",
};
const topic = { ...connection, name: "tasks", partitions: 6 };
const failuresOf = async (news: object) =>
  (await kafkaTopicType.check?.(topic, { ...topic, ...news }, context))?.failures;

test("a topic that would lose partitions is refused by name and with a remedy", async () => {
  const [failure] = (await failuresOf({ partitions: 3 })) ?? [];
  expect(failure?.property).toBe("partitions");
  expect(failure?.reason).toMatch("Topic tasks has 6 partitions and cannot be cut down to 3");
});

test("a topic may gain partitions, and start small with new data", async () => {
  expect(await failuresOf({ partitions: 12 })).toEqual([]);
  expect(await failuresOf({ partitions: 3, generation: "2" })).toEqual([]);
});

test("an operation that Kafka does not have is refused", async () => {
  const acl = { resourceType: "topic", name: "tasks", patternType: "literal" } as const;
  const user = { ...connection, username: "backend", password: "x" };
  const acls = [{ ...acl, operations: ["Read", "Fly"] }];
  const result = await kafkaUserType.check?.(undefined, { ...user, acls }, context);
  expect(result?.failures?.map(({ reason }) => reason)).toEqual([
    expect.stringMatching('"Fly" is no operation; there are: All, Read'),
  ]);
});
