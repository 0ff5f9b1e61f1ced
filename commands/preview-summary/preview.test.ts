import { describe, expect, test } from "vitest";
import { changesOf, unchanged } from "./changes.ts";
import { holdsData } from "./data.ts";
import { escaped } from "./markdown.ts";
import { noPreview, readPreview, type State } from "./preview.ts";
import { risksOf } from "./risks.ts";
import { shrinkingOf } from "./shrinking.ts";
import { refusalsOf, summaryOf } from "./summary.ts";

const urn = (type: string, name: string) => `urn:pulumi:dev::todo-evolution::${type}::${name}`;
const step = (op: string, type: string, name: string, more: object = {}) => ({
  timestamp: 0,
  resourcePreEvent: {
    metadata: { op, type, urn: urn(type, name), old: null, new: { custom: true }, ...more },
  },
});
const end = { timestamp: 0, summaryEvent: { PolicyPacks: {} } };
const logOf = (...events: object[]) => [...events, end].map((it) => JSON.stringify(it)).join("\n");
const state = (inputs: object, more: Partial<State> = {}): State => ({
  ...{ isProtected: false, isRetained: false },
  ...more,
  inputs: inputs as State["inputs"],
});

describe("what is read of a preview", () => {
  test("a replacement is one change, whichever steps it has, and knows both states", () => {
    const type = "kubernetes:apps/v1:StatefulSet";
    const both = { old: { custom: true, protect: true }, keys: ["spec.selector"] };
    const text = logOf(
      step("create-replacement", type, "redis", both),
      step("replace", type, "redis", both),
      step("delete-replaced", type, "redis"),
    );
    const changes = changesOf(readPreview("dev", text));
    expect(changes).toHaveLength(1);
    expect(changes[0]).toMatchObject({ verb: "replace", forcing: ["spec.selector"] });
    expect(changes[0]?.before?.isProtected).toBe(true);
  });

  test("stacks, providers and what only groups others are not counted", () => {
    const text = logOf(
      step("create", "pulumi:pulumi:Stack", "dev", { new: { custom: false } }),
      step("create", "pulumi:providers:kubernetes", "cluster"),
      step("create", "todo:redis:ClusterRedis", "redis", { new: { custom: false } }),
      step("same", "kubernetes:core/v1:Secret", "a", { new: null }),
      step("same", "todo:service:HonoService", "b", { new: null }),
    );
    const preview = readPreview("dev", text);
    expect(changesOf(preview)).toEqual([]);
    expect(unchanged(preview)).toBe(1);
  });

  test("a digest of --json says the same, but nothing of policies", () => {
    const type = "kubernetes:apps/v1:Deployment";
    const digest = {
      steps: [
        {
          op: "update",
          urn: urn(type, "audit"),
          oldState: { type, custom: true, inputs: { spec: { replicas: 1 } } },
          newState: { type, custom: true, inputs: { spec: { replicas: 2 } } },
          detailedDiff: { "spec.replicas": { kind: "update" } },
        },
      ],
      diagnostics: [{ severity: "error", message: "error: no such cluster" }],
      changeSummary: { update: 1 },
    };
    const preview = readPreview("dev", JSON.stringify(digest, undefined, 4));
    expect(changesOf(preview)[0]).toMatchObject({ verb: "update", differs: ["spec.replicas"] });
    expect(preview.policyPacks).toBeUndefined();
    expect(preview.faults).toEqual([{ urn: "", message: "error: no such cluster" }]);
    expect(preview.isWhole).toBe(true);
  });

  test("a log that was cut off is told to be no whole one", () => {
    const text = `${JSON.stringify(step("create", "a:b:C", "d"))}\n{"timestamp": 0, "resourceP`;
    const preview = readPreview("dev", text);
    expect(preview.isWhole).toBe(false);
    expect(changesOf(preview)).toHaveLength(1);
  });

  test.each(["", "Previewing update (dev)", '{"a":1}', "[]"])("%j is refused", (text) => {
    expect(() => readPreview("dev", text)).toThrow(/the preview of dev is neither/);
  });
});

test("a stack whose engine never started is told as failed, and not as judged", () => {
  const preview = { ...noPreview("prod"), policyPacks: ["todo-evolution"] };
  const text = summaryOf({ previews: [preview] });
  expect(text).toContain("**The preview of `prod` failed**");
  expect(text).toContain("| not all asked |");
  expect(text).toContain("The engine did not start");
  expect(refusalsOf({ previews: [preview] })).toEqual(["prod: the preview failed"]);
});

describe("what shrinks", () => {
  test.each<[string, object, object, object]>([
    [
      "partitions of Strimzi",
      { spec: { partitions: 12 } },
      { spec: { partitions: 3 } },
      { what: "partitions", path: "spec.partitions", from: "12", to: "3" },
    ],
    [
      "retention of Strimzi",
      { spec: { config: { "retention.ms": 604_800_000 } } },
      { spec: { config: { "retention.ms": 86_400_000 } } },
      { what: "retention", path: "spec.config.retention.ms", from: "7 days", to: "24 h" },
    ],
    [
      "retention that is text, as Redpanda has it",
      { spec: { additionalConfig: { "retention.ms": "7200000" } } },
      { spec: { additionalConfig: { "retention.ms": "3600000" } } },
      { what: "retention", from: "2 h", to: "1 h" },
    ],
    [
      "what was kept for ever",
      { config: { "retention.ms": "-1" } },
      { config: { "retention.ms": "3600000" } },
      { from: "for ever", to: "1 h" },
    ],
    ["an Event Hub", { partitionCount: 8 }, { partitionCount: 4 }, { what: "partitions" }],
    [
      "an Event Hub's retention",
      { retentionDescription: { retentionTimeInHours: 168 } },
      { retentionDescription: { retentionTimeInHours: 24 } },
      { what: "retention", from: "168 hours", to: "24 hours" },
    ],
    [
      "an Event Hub's older retention",
      { messageRetentionInDays: 7 },
      { messageRetentionInDays: 1 },
      { from: "7 days", to: "1 days" },
    ],
    ["a stream of OCI", { retentionInHours: 48 }, { retentionInHours: 24 }, { from: "48 hours" }],
    [
      "backups",
      { spec: { backup: { retentionPolicy: "30d" } } },
      { spec: { backup: { retentionPolicy: "3w" } } },
      { what: "retention", from: "30d", to: "3w" },
    ],
    [
      "a topic of a list in JSON, wherever it stands in it",
      {
        data: {
          spec: JSON.stringify([
            { name: "a", partitions: 6 },
            { name: "b", partitions: 3 },
          ]),
        },
      },
      {
        data: {
          spec: JSON.stringify([
            { name: "b", partitions: 3 },
            { name: "a", partitions: 1 },
          ]),
        },
      },
      { path: "data.spec.a.partitions", from: "6", to: "1" },
    ],
  ])("%s is told", (_, before, after, expected) => {
    const found = shrinkingOf({ before: state(before), after: state(after) });
    expect(found).toEqual([expect.objectContaining(expected)]);
    expect(shrinkingOf({ before: state(after), after: state(before) })).toEqual([]);
  });

  test.each<[string, object, object]>([
    ["replicas", { spec: { replicas: 3 } }, { spec: { replicas: 1 } }],
    ["a secret", { retentionToken: 9 }, { retentionToken: 1 }],
    ["what is not known yet", { partitions: 3 }, { partitions: "04da6b54-80e4-46f7-96ec" }],
  ])("%s is none of it", (_, before, after) => {
    expect(shrinkingOf({ before: state(before), after: state(after) })).toEqual([]);
  });
});

describe("what holds data", () => {
  test.each([
    ["kubernetes:kafka.strimzi.io/v1:KafkaTopic", true],
    ["kubernetes:postgresql.cnpg.io/v1:Cluster", true],
    ["kubernetes:core/v1:PersistentVolumeClaim", true],
    ["kubernetes:core/v1:Namespace", true],
    ["kubernetes:apps/v1:Deployment", false],
    ["kubernetes:kafka.strimzi.io/v1:KafkaUser", false],
    ["host:index:KafkaTopic", true],
    ["host:index:Process", false],
    ["azure-native:eventhub:EventHub", true],
    ["azure-native:dbforpostgresql:Server", true],
    ["azure-native:redisenterprise:RedisEnterprise", true],
    ["azure-native:keyvault:Vault", true],
    ["azure-native:authorization:RoleAssignment", false],
    ["gcp:sql/databaseInstance:DatabaseInstance", true],
    ["gcp:managedkafka/topic:Topic", true],
    ["gcp:redis/instance:Instance", true],
    ["gcp:projects/iAMMember:IAMMember", false],
    ["oci:Psql/dbSystem:DbSystem", true],
    ["oci:Streaming/stream:Stream", true],
    ["oci:ObjectStorage/bucket:Bucket", true],
    ["oci:Core/subnet:Subnet", false],
  ])("%s: %s", (type, expected) => {
    expect(holdsData({ type, before: state({}), after: undefined })).toBe(expected);
  });

  test("a StatefulSet does when it claims volumes", () => {
    const type = "kubernetes:apps/v1:StatefulSet";
    const claims = state({ spec: { volumeClaimTemplates: [{}] } });
    expect(holdsData({ type, before: claims, after: undefined })).toBe(true);
    expect(holdsData({ type, before: state({ spec: {} }), after: undefined })).toBe(false);
  });

  test("what is protected or only let go of is said so, and when protection is lifted", () => {
    const type = "kubernetes:postgresql.cnpg.io/v1:Cluster";
    const gone = { new: null };
    const text = logOf(
      step("delete", type, "a", { ...gone, old: { custom: true, protect: true } }),
      step("delete", type, "b", { ...gone, old: { custom: true, retainOnDelete: true } }),
      step("update", type, "c", { old: { custom: true, protect: true } }),
    );
    expect(risksOf(readPreview("prod", text))).toEqual([
      "**Data**: Cluster `a` is deleted. It is protected: the run will refuse.",
      "**Data**: Cluster `b` is deleted. It stays where it stands: the stack only lets go of it.",
      "**Protection is lifted**: Cluster `c` can be deleted from then on.",
    ]);
  });
});

test("what somebody else wrote stays text", () => {
  const text = escaped("@all <img src=x> [a](http://b) ![c](d) |x| `y` #12");
  expect(text).not.toMatch(/@all|(?<!\\)[<[|`]|#12/);
  expect([...escaped("a".repeat(5_000))]).toHaveLength(600);
});
