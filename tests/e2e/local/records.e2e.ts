import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dataSchemaOf } from "#apps/contracts/events.ts";
import type { Topic } from "#apps/contracts/topics.ts";
import { newUser } from "../client.ts";
import { requireStack } from "../stack.ts";
import { arrivalMs } from "../wait.ts";
import { readTopic, type TopicReader } from "./kafka.ts";

const uuidv7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const utc = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

describe("records in Kafka", () => {
  const topics = ["task-events", "task-updates"] as const satisfies Topic[];
  const readers = new Map<Topic, TopicReader>();

  beforeAll(async () => {
    for (const topic of topics) readers.set(topic, await readTopic(requireStack(), topic));
  });
  afterAll(async () => {
    for (const reader of readers.values()) await reader.close();
  });

  const recordsOf = async (topic: Topic, subject: string, count: number) =>
    (await readers.get(topic)?.recordsOf(subject, count, arrivalMs)) ?? [];

  test("a created task is a CloudEvent in task-events, keyed by its user", async () => {
    const user = await newUser();
    const traceId = randomBytes(16).toString("hex");
    const spanId = randomBytes(8).toString("hex");
    const traceparent = `00-${traceId}-${spanId}-01`;
    const { body: task } = await user.create({ title: "Told to Kafka" }, { traceparent });

    const records = await recordsOf("task-events", task.id, 1);
    expect(records).toHaveLength(1);
    const [record] = records;
    expect(record?.key).toBe(user.id);
    const { id, version, created_at, updated_at, ...taskData } = task;
    expect(record?.value).toMatchObject({
      specversion: "1.0",
      id: expect.stringMatching(uuidv7),
      source: "backend",
      type: "com.todo.task.created",
      subject: id,
      time: expect.stringMatching(utc),
      datacontenttype: "application/json",
      dataschema: dataSchemaOf("task-events"),
      sequence: 1,
      traceid: traceId,
      traceparent: expect.stringMatching(new RegExp(`^00-${traceId}-[0-9a-f]{16}-01$`)),
      data: {
        event_id: record?.value.id,
        timestamp: record?.value.time,
        event_type: "created",
        user_id: user.id,
        task_id: id,
        version: 1,
        task_data: taskData,
        metadata: { source: "api", correlation_id: expect.stringMatching(/\S/) },
      },
    });
    expect(dataSchemaOf("task-events")).toBe("urn:todo-evolution:schema:task-events:1");
  });

  test("the same change is told in task-updates, under the same sequence", async () => {
    const user = await newUser();
    const { body: task } = await user.create({ title: "Told to clients", priority: "low" });
    const completed = await user.call("POST", `/api/tasks/${task.id}/complete`);
    expect(completed.status).toBe(200);

    const records = await recordsOf("task-updates", task.id, 2);
    expect(records.map(({ key }) => key)).toEqual([user.id, user.id]);
    const { id, title, priority } = task;
    expect(records.map(({ value }) => value)).toMatchObject([
      {
        type: "com.todo.task-update.created",
        sequence: 1,
        data: { update_type: "created", task: { id, title, priority, completed: false } },
      },
      {
        type: "com.todo.task-update.completed",
        dataschema: "urn:todo-evolution:schema:task-updates:1",
        sequence: 2,
        data: { update_type: "completed", task: { id, title, completed: true, version: 2 } },
      },
    ]);
    const ids = records.map(({ value }) => value.id);
    const [told] = await recordsOf("task-events", id, 2);
    expect(ids).not.toContain(told?.value.id);
  });

  test("an event as large as the limits allow arrives whole", async () => {
    const user = await newUser();
    const description = "語".repeat(5_000);
    const { body: task } = await user.create({ title: "Large", description });
    const [record] = await recordsOf("task-events", task.id, 1);
    expect(record?.value.data).toMatchObject({ task_data: { description } });
  });
});
