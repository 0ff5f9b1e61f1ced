import { describe, expect, test } from "vitest";
import { topicSpecs } from "#components/kafka/topics.ts";
import { type BrokerLimits, brokerFaults, brokerLosses } from "./broker.ts";
import { eventHubsLimits } from "./event-hubs.ts";
import { googleManagedKafkaLimits } from "./google-managed-kafka.ts";
import { ociStreamingLimits } from "./oci-streaming.ts";

const limits: BrokerLimits = {
  broker: "A broker",
  source: "https://example.com/limits",
  topics: 13,
  partitionsOfTopic: 12,
  partitions: 63,
  retentionHours: 720,
  recordBytes: 1_000_000,
  users: 6,
  cleanupPolicies: ["delete"],
  mechanisms: ["PLAIN"],
  lacks: ["transactions"],
};
const topics = topicSpecs("prod", {}, "brokers");
const needs = { topics, users: 6, mechanism: "PLAIN" };
const faults = (changes: Partial<BrokerLimits>, needed: Partial<typeof needs> = {}) =>
  brokerFaults({ ...limits, ...changes }, { ...needs, ...needed }, "Take another.");

test("a broker that can just hold what the contracts need has no fault", () => {
  expect(faults({})).toEqual([]);
});

test.each<[Partial<BrokerLimits>, string]>([
  [{ topics: 12 }, "there are at most 12 topics, the contracts need 13"],
  [{ partitions: 62 }, "there are at most 62 partitions, the contracts need 63"],
  [{ users: 5 }, "there are at most 5 users, the contracts need 6"],
  [{ groupsOfTopic: 5 }, "at most 5 groups that read a topic, the contracts need 6"],
  [{ retentionHours: 719 }, "kept for at most 719 h, notifications.backend.dlq needs 720 h"],
  [{ partitionsOfTopic: 11 }, "has at most 11 partitions, task-events needs 12"],
  [{ cleanupPolicies: ["compact"] }, "task-events needs cleanup.policy delete"],
  [{ mechanisms: ["OAUTHBEARER"] }, "SASL PLAIN is not among OAUTHBEARER"],
])("with %j it cannot, which is said with broker, need, remedy and source", (changes, fault) => {
  const [first = ""] = faults(changes).filter((one) => one.includes(fault));
  expect(first).toMatch(/^A broker: .*\. Take another\. Source: https:\/\/example\.com\/limits$/);
});

test("everything that is too much is said at once", () => {
  expect(faults({ topics: 1, partitions: 1, users: 1, mechanisms: [] })).toHaveLength(4);
});

test("what only an operator misses is told and stops nothing", () => {
  expect(faults({ lacks: ["transactions", "delete-records"] })).toEqual([]);
  expect(brokerLosses(limits)).toEqual([
    expect.stringContaining("A broker has no transactions: `npm run events -- redrive`"),
  ]);
});

describe("Event Hubs", () => {
  test("hold the system in the tier Premium, in both sizes, and in no lower one", () => {
    for (const size of ["dev", "prod"] as const) {
      const of = (tier: "Standard" | "Premium") =>
        brokerFaults(
          eventHubsLimits({ engine: "event-hubs", tier, units: 1 }),
          { ...needs, topics: topicSpecs(size, {}, "brokers") },
          "",
        );
      expect(of("Premium")).toEqual([]);
      expect(of("Standard").length).toBeGreaterThan(0);
    }
  });

  test("carry more partitions with more units", () => {
    const of = (units: number) =>
      eventHubsLimits({ engine: "event-hubs", tier: "Premium", units }).partitions;
    expect([of(1), of(4)]).toEqual([200, 800]);
  });
});

test("Google Managed Kafka holds the system in both sizes, by PLAIN and not by SCRAM", () => {
  const google = googleManagedKafkaLimits({ processors: 3 });
  for (const size of ["dev", "prod"] as const) {
    const asked = { ...needs, topics: topicSpecs(size, {}, "brokers") };
    expect(brokerFaults(google, asked, "")).toEqual([]);
    expect(brokerFaults(google, { ...asked, mechanism: "SCRAM-SHA-512" }, "")).toEqual([
      expect.stringContaining("SASL SCRAM-SHA-512 is not among PLAIN, OAUTHBEARER"),
    ]);
  }
  expect(brokerLosses(google)).toEqual([]);
});

describe("OCI Streaming", () => {
  const told = (partitions: number, tuning = {}) =>
    brokerFaults(
      ociStreamingLimits({ engine: "oci-streaming", partitions }),
      { ...needs, topics: topicSpecs("prod", tuning, "brokers") },
      "",
    );
  const weekly = Object.fromEntries(topics.map(({ name }) => [name, { retentionHours: 168 }]));

  test("holds the system where nothing is kept for more than a week", () => {
    expect(told(200, weekly)).toEqual([]);
    const tooLong = told(200);
    expect(tooLong.length).toBeGreaterThan(0);
    for (const fault of tooLong) expect(fault).toMatch(/at most 168 h, .*\.dlq needs 720 h/);
  });

  test("does not where a tenancy pays as it goes", () => {
    expect(told(50, weekly)).toEqual([
      expect.stringContaining("there are at most 50 partitions, the contracts need 63"),
    ]);
  });
});
