import { describe, expect, test } from "vitest";
import { dataSchemaOf, events } from "./events.ts";
import { appIds } from "./services.ts";
import {
  deadLetterContract,
  deadLetterTopic,
  type Topic,
  type TopicContract,
  topics,
} from "./topics.ts";

const all: [string, TopicContract][] = [
  ...Object.entries(topics),
  ["a dead letter", deadLetterContract],
];

describe.each(all)("the contract of %s", (_name, { partitions, retentionMs, carries }) => {
  test("has partitions in every size, and no fewer in production", () => {
    expect(partitions.dev).toBeGreaterThanOrEqual(1);
    expect(partitions.prod).toBeGreaterThanOrEqual(partitions.dev);
    expect(Object.values(partitions).every(Number.isInteger)).toBe(true);
  });

  test("keeps its records for whole hours and says what they are", () => {
    expect(retentionMs).toBeGreaterThan(0);
    expect(retentionMs % 3_600_000).toBe(0);
    expect(carries).toMatch(/^\S.+\S$/);
  });
});

describe("the topics", () => {
  const names = Object.keys(topics) as Topic[];

  test("each have an event, and each event a topic", () => {
    expect(Object.keys(events).sort()).toEqual([...names].sort());
  });

  // The source is Kafka's own Topic.java: 249 characters; and "." and "_" meet in metric names.
  test("have names, also of their dead letters, that Kafka takes and metrics tell apart", () => {
    const letters = names.flatMap((topic) => appIds.map((appId) => deadLetterTopic(topic, appId)));
    for (const name of names) expect(name).toMatch(/^[a-z][a-z-]*$/);
    for (const letter of letters) expect(letter).toMatch(/^[a-z.-]{1,249}$/);
    expect(new Set(letters).size).toBe(names.length * appIds.length);
  });

  test("keep dead letters longer than any event, so that the event is found beside its letter", () => {
    for (const { retentionMs } of Object.values(topics)) {
      expect(deadLetterContract.retentionMs).toBeGreaterThan(retentionMs);
    }
  });

  test("name the schema of their event by topic and version", () => {
    expect(dataSchemaOf("reminders")).toBe("urn:todo-evolution:schema:reminders:1");
  });
});
