import { randomUUID } from "node:crypto";
import { Producer, stringSerializers } from "@platformatic/kafka";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { deadLetterTopic } from "#apps/contracts/topics.ts";
import { newUser } from "../client.ts";
import { requireStack } from "../stack.ts";
import { entriesOf } from "../wait.ts";
import { kafkaOptions, readTopic, type TopicReader } from "./kafka.ts";

const topic = "task-events";
const within = 15_000;

describe("dead letters", () => {
  let reader: TopicReader;
  const producer = new Producer({
    ...kafkaOptions(requireStack(), "e2e"),
    serializers: stringSerializers,
  });
  beforeAll(async () => {
    reader = await readTopic(requireStack(), deadLetterTopic(topic, "audit"));
  });
  afterAll(async () => {
    await reader.close();
    await producer.close(true);
  });

  const send = (key: string, value: string) =>
    producer.send({ messages: [{ topic, key, value, headers: {} }] });

  test.each([
    ["is not JSON", (mark: string) => `not JSON ${mark}`, "not JSON"],
    ["is JSON but no event", (mark: string) => JSON.stringify({ mark }), "specversion"],
    ["is no text", (mark: string) => `\u0000\u0001 ${mark}`, "not JSON"],
  ])("a record that %s is set aside as it came, with its error", async (_, make, error) => {
    const mark = randomUUID();
    const value = make(mark);
    await send(mark, value);
    const [letter] = await reader.find(({ text }) => text.includes(mark), 1, within);
    expect(letter?.text).toBe(value);
    expect(letter?.key).toBe(mark);
    expect(letter?.headers).toMatchObject({
      error: expect.stringContaining(error),
      consumer: "audit",
      attempts: "1",
      failedAt: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    expect(letter?.headers).not.toHaveProperty("rawPayload");
  });

  test("a poison record does not hold back the events of its own partition", async () => {
    const user = await newUser();
    await send(user.id, "poison");
    await user.create({ title: "After the poison" });
    const entries = await entriesOf(user, { count: 1, withinMs: 6_000 });
    expect(entries).toHaveLength(1);
  });
});
