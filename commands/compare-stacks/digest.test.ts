import { expect, test } from "vitest";
import { changesOf, unchanged } from "#commands/preview-summary/changes.ts";
import { readPreview } from "#commands/preview-summary/preview.ts";
import { risksOf } from "#commands/preview-summary/risks.ts";
import { type Recorded, secretMark } from "#components/recording.ts";
import { differences, digestOf } from "./digest.ts";

const resource = (type: string, name: string, inputs: object): Recorded => ({
  ...{ type, name, urn: `${type}::${name}`, custom: !type.startsWith("todo:"), inputs },
  ...{ parent: undefined, dependsOn: [], deletedWith: undefined, protect: false },
  ...{ retainOnDelete: false, secretOutputs: [], provider: undefined },
});
const topic = (name: string, partitions: number) =>
  resource("kubernetes:kafka.strimzi.io/v1:KafkaTopic", name, { spec: { partitions } });

test("two recordings become a preview that the summary reads", () => {
  const before = [topic("a", 6), topic("b", 3), topic("gone", 1), resource("todo:x:Y", "part", {})];
  const after = [topic("a", 3), topic("b", 3), topic("new", 1)];
  const preview = readPreview("dev", JSON.stringify(digestOf(before, after)));
  expect(changesOf(preview).map(({ verb, name }) => `${verb} ${name}`)).toEqual([
    ...["update a", "delete gone", "create new"],
  ]);
  expect(unchanged(preview)).toBe(1);
  expect(risksOf(preview)).toEqual([
    expect.stringMatching(/Partitions shrink.*`a` goes from 6 to 3/),
    expect.stringMatching(/Data.*`gone` is deleted/),
  ]);
});

test("the same give a preview that changes nothing, and secrets are not in it", () => {
  const secret = (value: string) =>
    resource("kubernetes:core/v1:Secret", "a", { stringData: { [secretMark]: { token: value } } });
  const same = digestOf([secret("canary")], [secret("canary")]);
  expect(same.changeSummary).toEqual({ same: 1 });
  const changed = digestOf([secret("canary")], [secret("canary-2")]);
  expect(JSON.stringify(changed)).not.toContain("canary");
  expect(changed.changeSummary).toEqual({ update: 1 });
});

test("differences are named as deep as both have them", () => {
  const before = { spec: { a: 1, list: [{ x: 1 }, { x: 2 }], gone: true } };
  const after = { spec: { a: 2, list: [{ x: 1 }, { x: 3 }], kind: {} } };
  expect(differences(before, after)).toEqual([
    "spec.a",
    "spec.list[1].x",
    "spec.gone",
    "spec.kind",
  ]);
  expect(differences({ a: [1] }, { a: { 0: 1 } })).toEqual(["a"]);
});
