import { expect, test } from "vitest";
import { topicSpecs } from "#components/kafka/topics.ts";
import { userSpecs, viewerSpec } from "#components/kafka/users.ts";
import { aclsOf } from "./acls.ts";

test("lists are by what they are about, with an entry for each user and operation", () => {
  const acls = aclsOf(
    [
      {
        name: "a",
        grants: [
          { resourceType: "topic", name: "t", operations: ["Write", "Describe"] },
          { resourceType: "group", name: "a", operations: ["Read"] },
        ],
      },
      { name: "b", grants: [{ resourceType: "topic", name: "t", operations: ["Read"] }] },
    ],
    [],
  );
  expect(Object.fromEntries(acls)).toEqual({
    "topic/t": [
      { user: "a", operation: "WRITE" },
      { user: "a", operation: "DESCRIBE" },
      { user: "b", operation: "READ" },
    ],
    "consumerGroup/a": [{ user: "a", operation: "READ" }],
  });
});

test("rights to all of a kind, and to the cluster, have words of their own", () => {
  expect([...aclsOf([viewerSpec], []).keys()]).toEqual([
    "allTopics",
    "allConsumerGroups",
    "cluster",
  ]);
  expect(aclsOf([viewerSpec], []).get("cluster")).toContainEqual({
    user: "viewer",
    operation: "DESCRIBE_CONFIGS",
  });
});

test("every topic of the contracts is closed to whom it does not concern", () => {
  const acls = aclsOf(userSpecs(), []);
  for (const { name } of topicSpecs("prod")) {
    const users = new Set(acls.get(`topic/${name}`)?.map(({ user }) => user));
    expect(users.size).toBeGreaterThan(0);
    expect(users.has("web")).toBe(false);
  }
});

test("operators may do everything, transactions of a redrive included", () => {
  const acls = aclsOf([], ["ops@example.com"]);
  expect([...acls.keys()]).toContain("allTransactionalIds");
  expect([...acls.values()].flat()).toEqual(
    [...acls.keys()].map(() => ({ user: "ops@example.com", operation: "ALL" })),
  );
});
