import { expect, test } from "vitest";
import { isKafkaSetting, unknownSettings } from "./kafka-names.ts";

const names = { broker: ["num.io.threads"], topic: ["retention.ms"] };
const topic = (config: object) => ({
  apiVersion: "kafka.strimzi.io/v1",
  kind: "KafkaTopic",
  metadata: { name: "events" },
  spec: { partitions: 3, config },
});

test("a setting that Kafka does not know is named", () => {
  const config = { "retention.ms": 1, "retention.msec": 1, "num.io.threads": 1 };
  expect(unknownSettings(topic(config), names)).toEqual(["retention.msec", "num.io.threads"]);
});

test("objects without settings of Kafka's have none that are unknown", () => {
  expect(unknownSettings({ ...topic({ any: 1 }), kind: "KafkaUser" }, names)).toEqual([]);
  expect(unknownSettings({ ...topic({}), spec: {} }, names)).toEqual([]);
});

test("what Kafka answers for is told from what nobody does", () => {
  expect(isKafkaSetting("KafkaTopic spec.config.retention.ms")).toBe(true);
  expect(isKafkaSetting("KafkaTopic spec.configuration")).toBe(false);
});
