import { expect, test } from "vitest";
import { topics } from "#apps/contracts/topics.ts";
import { topicSpecs } from "./topics.ts";
import { userSpecs } from "./users.ts";

const deadLettersOfAudit = [
  "task-events.audit.dlq",
  "reminders.audit.dlq",
  "notifications.audit.dlq",
  "user-events.audit.dlq",
];

test("every topic of the contracts and every dead-letter topic is made", () => {
  const names = topicSpecs("dev").map(({ name }) => name);
  const others = ["task-events.recurring.dlq"];
  expect(names).toEqual([...Object.keys(topics), ...deadLettersOfAudit, ...others]);
});

test("sizes of dev and prod are those of the contracts", () => {
  const taskEvents = (size: "dev" | "prod") =>
    topicSpecs(size).find(({ name }) => name === "task-events");
  expect(taskEvents("dev")).toMatchObject({
    partitions: 3,
    replicas: 1,
    config: { "retention.ms": "604800000", "min.insync.replicas": "1" },
  });
  expect(taskEvents("prod")).toMatchObject({
    partitions: 12,
    replicas: 3,
    config: { "min.insync.replicas": "2" },
  });
});

test("each service has a user with the rights of its contract and no other", () => {
  const topic = (name: string, operation: string) => ({
    resourceType: "topic",
    name,
    operations: [operation, "Describe"],
  });
  expect(userSpecs()).toEqual([
    { name: "backend", grants: [topic("task-events", "Write"), topic("task-updates", "Write")] },
    {
      name: "audit",
      grants: [
        ...deadLettersOfAudit.map((name) => topic(name, "Write")),
        ...["task-events", "reminders", "notifications", "user-events"].map((name) =>
          topic(name, "Read"),
        ),
        { resourceType: "group", name: "audit", operations: ["Read", "Describe"] },
      ],
    },
    {
      name: "recurring",
      grants: [
        topic("task-events.recurring.dlq", "Write"),
        topic("task-events", "Read"),
        { resourceType: "group", name: "recurring", operations: ["Read", "Describe"] },
      ],
    },
  ]);
});
