import { expect, test } from "vitest";
import { appIds, contractOf, deadLettersOf, subscriptionsOf } from "#apps/contracts/services.ts";
import { topics } from "#apps/contracts/topics.ts";
import { publishableBy } from "#components/dapr/components.ts";
import { topicSpecs } from "./topics.ts";
import { userSpecs } from "./users.ts";

test("every topic of the contracts and every dead-letter topic is made", () => {
  const names = topicSpecs("dev").map(({ name }) => name);
  expect(names).toEqual([...Object.keys(topics), ...appIds.flatMap(deadLettersOf)]);
  expect(names).toContain("notifications.audit.dlq");
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
  const meetsKafka = appIds.filter(
    (appId) => publishableBy(appId).length > 0 || subscriptionsOf(contractOf(appId)).length > 0,
  );
  expect(userSpecs().map(({ name }) => name)).toEqual(meetsKafka);
  const grantsOf = (name: string) => userSpecs().find((user) => user.name === name)?.grants;
  expect(grantsOf("notification")).toEqual([
    topic("notifications", "Write"),
    ...["reminders", "user-events"].map((name) => topic(`${name}.notification.dlq`, "Write")),
    ...["reminders", "user-events"].map((name) => topic(name, "Read")),
    { resourceType: "group", name: "notification", operations: ["Read", "Describe"] },
  ]);
  const ofAudit = ["task-events", "reminders", "notifications", "user-events"];
  expect(grantsOf("audit")).toEqual([
    ...ofAudit.map((name) => topic(`${name}.audit.dlq`, "Write")),
    ...ofAudit.map((name) => topic(name, "Read")),
    { resourceType: "group", name: "audit", operations: ["Read", "Describe"] },
  ]);
  // What fails in an ephemeral subscription is dropped: there is nothing to write.
  expect(grantsOf("sync")).toEqual([
    topic("task-updates", "Read"),
    topic("notifications", "Read"),
    { resourceType: "group", name: "sync", operations: ["Read", "Describe"] },
  ]);
});
