import { expect, test } from "vitest";
import { findKafka } from "./cluster-kafka.ts";

const base64 = (value: string) => Buffer.from(value).toString("base64");
const made = (at: string, data: Record<string, string>) => ({
  metadata: { creationTimestamp: at },
  data,
});
const secret = (at: string, data: Record<string, string>) =>
  made(at, Object.fromEntries(Object.entries(data).map(([key, value]) => [key, base64(value)])));

/** A cluster whose API has these paths and no others. */
const cluster = (paths: Record<string, object>) => ({
  get: async (path: string) => paths[decodeURIComponent(path)],
  text: async () => undefined,
});
const core = "/api/v1/namespaces/todo";
const named = (part: string) => `labelSelector=app.kubernetes.io/name=${part}`;

const strimzi = {
  "/apis/kafka.strimzi.io/v1/namespaces/todo/kafkas/todo": {},
  [`${core}/pods?labelSelector=strimzi.io/cluster=todo,strimzi.io/broker-role=true`]: {
    items: [{ metadata: { name: "todo-node-0" } }],
  },
  [`${core}/secrets/todo-cluster-ca-cert`]: secret("", { "ca.crt": "PEM" }),
  [`${core}/secrets?${named("kafka-viewer")}`]: {
    items: [
      secret("2026-02-01T00:00:00Z", { password: "new" }),
      secret("2026-01-01T00:00:00Z", { password: "old" }),
    ],
  },
};

test("Strimzi's brokers are known by their names, with the viewer, who only looks", async () => {
  const found = await findKafka(cluster(strimzi), "todo");
  expect(found).toMatchObject({
    inCluster: true,
    access: {
      brokers: ["todo-node-0.todo-kafka-brokers.todo.svc:9093"],
      mechanism: "SCRAM-SHA-512",
      ca: "PEM",
      username: "viewer",
      password: "new",
      readOnly: expect.stringContaining("--user NAME --password-file FILE"),
    },
  });
});

test("a user that is named is taken instead, and may what it may", async () => {
  const account = { username: "operator", password: "p" };
  const found = await findKafka(cluster(strimzi), "todo", account);
  expect(found?.access).toMatchObject(account);
  expect(found?.access.readOnly).toBeUndefined();
});

test("Redpanda's brokers come with its superuser", async () => {
  const found = await findKafka(
    cluster({
      "/apis/apps/v1/namespaces/todo/statefulsets/redpanda": { spec: { replicas: 2 } },
      [`${core}/secrets/redpanda-default-root-certificate`]: secret("", { "ca.crt": "PEM" }),
      [`${core}/secrets?${named("kafka-superusers")}`]: {
        items: [secret("2026-01-01T00:00:00Z", { "users.txt": "admin:pass:SCRAM-SHA-512" })],
      },
    }),
    "todo",
  );
  expect(found).toEqual({
    inCluster: true,
    access: {
      brokers: ["redpanda-0.redpanda.todo.svc:9093", "redpanda-1.redpanda.todo.svc:9093"],
      ...{ mechanism: "SCRAM-SHA-512", ca: "PEM", username: "admin", password: "pass" },
    },
  });
});

test.each([
  ["own", { ca: "PEM" }],
  ["public", { ca: "" }],
  ["off", {}],
])("brokers elsewhere are those of the Job that made topics in them, tls: %s", async (tls, ca) => {
  const spec = { brokers: ["b.example:9094"], mechanism: "SCRAM-SHA-256", tls };
  const found = await findKafka(
    cluster({
      [`${core}/configmaps?${named("kafka-provision")}`]: {
        items: [made("2026-01-01T00:00:00Z", { "spec.json": JSON.stringify(spec) })],
      },
      [`${core}/secrets?${named("kafka-provision")}`]: {
        items: [secret("2026-01-01T00:00:00Z", { username: "root", password: "p" })],
      },
      [`${core}/secrets?${named("kafka-ca")}`]: {
        items: [secret("2026-01-01T00:00:00Z", { "ca.crt": "PEM" })],
      },
    }),
    "todo",
  );
  expect(found).toEqual({
    inCluster: false,
    access: {
      ...{ brokers: ["b.example:9094"], mechanism: "SCRAM-SHA-256", ...ca },
      ...{ username: "root", password: "p" },
    },
  });
});

test("a namespace that tells nothing of Kafka, or keeps its Secrets, is said to do so", async () => {
  expect(await findKafka(cluster({}), "todo")).toBeUndefined();
  const { [`${core}/secrets?${named("kafka-viewer")}`]: _, ...closed } = strimzi;
  await expect(findKafka(cluster(closed), "todo")).rejects.toThrow("may read Secrets there");
});
